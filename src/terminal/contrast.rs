//! How well a color can be read on another (WCAG 2.2, "contrast ratio").

/// The contrast of two colors as `#rrggbb`: from 1 to 21.
pub(crate) fn ratio(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: &str) -> f64 {
    let part = |at: usize| {
        let digits = color.get(at..at + 2).unwrap();
        let value = f64::from(u8::from_str_radix(digits, 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

/// The color of a number from 16 to 231: the cube of xterm, which no theme changes.
pub(crate) fn of_cube(number: u8) -> String {
    let level = |it: u8| [0, 95, 135, 175, 215, 255][usize::from(it % 6)];
    let at = number - 16;
    format!("#{:02x}{:02x}{:02x}", level(at / 36), level(at / 6), level(at))
}

#[test]
fn black_on_white_is_the_most() {
    assert!((ratio("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert_eq!([16, 231, 28, 130].map(of_cube), ["#000000", "#ffffff", "#008700", "#af5f00"]);
}
