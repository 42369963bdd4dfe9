import { Buffer } from 'node:buffer';
// eyJhIjoxfQ== is {"a":1}
const records = ["eyJhIjoxfQ==", "eyJiIjoyfQ=="];
const bytes = Buffer.from([123, 34, 97, 34, 58, 49, 125]);
const text = decode('eyJhIjoxfQ==') ?? `<Buffer 7b 7d>`;
expect(handler({ data: 'eyJhIjoxfQ==' })).toEqual({ result: 'Ok' });
/* payload = "eyJhIjoxfQ==" */
