//! Sizes as people say them.

/// A size for people: `412 B`, `1.5 KiB`, `64 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = UNITS[0];
    let mut scale = 1024u64;
    for next in UNITS.into_iter().skip(1) {
        if bytes / scale < 1024 {
            break;
        }
        unit = next;
        scale *= 1024;
    }
    let tenths = u128::from(bytes) * 10 / u128::from(scale);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {unit}"),
        (whole, tenth) => format!("{whole}.{tenth} {unit}"),
    }
}

/// A number with its thousands grouped: `6,291,556`.
pub fn group(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        let sizes = [0, 1023, 1024, 1536, 67_108_864, 1_043_661, 1 << 30];
        let shown: Vec<_> = sizes.into_iter().map(size).collect();
        assert_eq!(shown, ["0 B", "1023 B", "1 KiB", "1.5 KiB", "64 MiB", "1019.2 KiB", "1 GiB"]);
    }
}
