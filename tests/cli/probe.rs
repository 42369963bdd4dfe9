use crate::harness::Fh;
#[test]
fn probe() {
    for line in std::fs::read_to_string("/tmp/probe.txt").unwrap().lines() {
        let (mode, words) = line.split_once(' ').unwrap();
        println!("$ {mode} {words}");
        let fh = Fh::decode(words);
        let out = match mode {
            "p" => fh.run(),
            "w" => fh.on_terminal(100),
            _ => fh.on_terminal(40),
        };
        println!("{}", out.to_string().replace('\x1b', "␛"));
    }
}
