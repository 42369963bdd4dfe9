//! Files of formats that are not named, by what only they begin with: documents, pictures,
//! archives, programs, certificates.

use crate::bytes::part;

/// What a file begins with; at least four bytes that are not all text, or six that are.
const MAGIC: [&[u8]; 27] = [
    b"%PDF-",
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"MSCF\0\0\0\0",
    b"\x7fELF",
    b"\0asm\x01\0\0\0",
    b"MZ\x90\0\x03\0\0\0",
    b"\xca\xfe\xba\xbe\0\0",
    b"\xac\xed\0\x05",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"SQLite format 3\0",
    b"OggS\0",
    b"fLaC\0",
    b"ID3\x02\0",
    b"ID3\x03\0",
    b"ID3\x04\0",
    b"\x1a\x45\xdf\xa3",
    b"wOFF\0\x01\0\0",
    b"wOF2\0\x01\0\0",
    b"II*\0",
    b"MM\0*",
];

/// True if `bytes` begin as only a file does.
pub(in super::super) fn has_magic(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|magic| bytes.starts_with(magic)) || has_marks(bytes) || is_der(bytes)
}

/// True for pictures, sound and films whose marks are not all in front.
fn has_marks(bytes: &[u8]) -> bool {
    const DIB_HEADER: [u8; 4] = [40, 0, 0, 0];
    match bytes {
        // JFIF and Exif name themselves; other JPEGs begin with a table.
        [0xff, 0xd8, 0xff, 0xe0..=0xef, _, _, name @ ..] => {
            [&b"JFIF\0"[..], b"Exif\0", b"ICC_PROFILE\0", b"Adobe\0"]
                .iter()
                .any(|it| name.starts_with(it))
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, kind @ ..] => {
            [&b"WEBP"[..], b"WAVE", b"AVI "].iter().any(|it| kind.starts_with(it))
        }
        [0xff, 0xd8, 0xff, 0xdb, 0, 0x43 | 0x84, ..] | [0, 0, 0, _, b'f', b't', b'y', b'p', ..] => {
            true
        }
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, _, _, _, _, header @ ..] => {
            header.starts_with(&DIB_HEADER)
        }
        _ => false,
    }
}

/// True for a sequence in DER, as certificates and keys are: it ends where its length says.
fn is_der(bytes: &[u8]) -> bool {
    let (length, rest) = match bytes {
        [0x30, 0x82, high, low, rest @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        [0x30, 0x81, length, rest @ ..] => (usize::from(*length), rest),
        _ => return false,
    };
    // A sequence or an integer is what all of them begin with.
    rest.len() == length && matches!(part(rest, ..rest.len().min(1)), [0x02 | 0x30])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_start_and_text_is_not() {
        let der = [&[0x30, 0x81, 0x80, 0x02][..], &[1; 127]].concat();
        for file in [
            &b"%PDF-1.7\n"[..],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"PK\x03\x04\x14\0",
            b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01",
            b"\xff\xd8\xff\xdb\0\x43\0",
            b"RIFF\x24\0\0\0WEBPVP8 ",
            b"\0\0\0\x18ftypmp42",
            b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
            &der,
        ] {
            assert!(has_magic(file), "{}", file.escape_ascii());
        }
        for text in
            [&b"PDF-1.7"[..], b"GIF 89a", b"RIFF and WAVE", b"BMW 320", b"ID3 tags", b"", &der[1..]]
        {
            assert!(!has_magic(text), "{}", text.escape_ascii());
        }
        assert!(!has_magic(&der[..100]));
    }
}
