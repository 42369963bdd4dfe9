//! The console's "Test with demo data": a stock ticker.
//!
//! AWS's page prints upper-case keys; what arrives is lower case, compact and
//! without a newline. Numbers have two digits and no trailing zeros, `price` is
//! a random walk and `change` its last step.

use super::fields::RandomFields;

/// Symbols and sectors as seen; QXZ is in three sectors.
const STOCKS: [(&str, &str); 27] = [
    ("CRM", "HEALTHCARE"),
    ("VVY", "HEALTHCARE"),
    ("SED", "HEALTHCARE"),
    ("NGC", "HEALTHCARE"),
    ("TBV", "HEALTHCARE"),
    ("XTC", "HEALTHCARE"),
    ("QXZ", "HEALTHCARE"),
    ("QWE", "TECHNOLOGY"),
    ("DFG", "TECHNOLOGY"),
    ("BNM", "TECHNOLOGY"),
    ("JKL", "TECHNOLOGY"),
    ("AMZN", "TECHNOLOGY"),
    ("TGH", "FINANCIAL"),
    ("WFC", "FINANCIAL"),
    ("ASD", "FINANCIAL"),
    ("UHN", "FINANCIAL"),
    ("PLM", "FINANCIAL"),
    ("QXZ", "FINANCIAL"),
    ("HJV", "ENERGY"),
    ("SAC", "ENERGY"),
    ("MMB", "ENERGY"),
    ("VVS", "ENERGY"),
    ("DEG", "ENERGY"),
    ("DFT", "RETAIL"),
    ("WMT", "RETAIL"),
    ("WAS", "RETAIL"),
    ("BFH", "RETAIL"),
];

/// Where each stock stands, in hundredths.
#[derive(Debug)]
pub(super) struct Market {
    prices: Vec<i64>,
}

impl Market {
    pub(super) fn open(fields: &mut RandomFields) -> Self {
        Self { prices: STOCKS.iter().map(|_| fields.between(300, 25_000)).collect() }
    }

    /// One stock moves.
    pub(super) fn tick(&mut self, fields: &mut RandomFields) -> String {
        let place = usize::try_from(fields.below(STOCKS.len() as u64)).unwrap_or(0);
        let (symbol, sector) = STOCKS.get(place).copied().unwrap_or(("WAS", "RETAIL"));
        let Some(price) = self.prices.get_mut(place) else { return String::new() };
        // A price does not fall below 1 and moves by at most a twentieth.
        let most = (*price / 20).clamp(5, 200);
        let change = fields.between(-most, most).max(100 - *price);
        *price += change;
        format!(
            r#"{{"ticker_symbol":"{symbol}","sector":"{sector}","change":{},"price":{}}}"#,
            hundredths(change),
            hundredths(*price)
        )
    }
}

/// `-0.9`, `52`, `11.92`.
fn hundredths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, part) = (value.abs() / 100, value.abs() % 100);
    match (part, part % 10) {
        (0, _) => format!("{sign}{whole}"),
        (_, 0) => format!("{sign}{whole}.{}", part / 10),
        _ => format!("{sign}{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn numbers_have_no_trailing_zeros() {
        let written = [-90, -5, 0, 30, 5200, 1192, -1210].map(hundredths);
        assert_eq!(written, ["-0.9", "-0.05", "0", "0.3", "52", "11.92", "-12.1"]);
    }

    #[test]
    fn a_price_moves_by_its_change() {
        let mut fields = RandomFields::new(3);
        let mut market = Market::open(&mut fields);
        let mut last: BTreeMap<String, f64> = BTreeMap::new();
        let mut compared = 0;
        for _ in 0..2000 {
            let tick = market.tick(&mut fields);
            let (stock, numbers) = tick.split_once(r#","change":"#).unwrap();
            let (change, price) = numbers.split_once(r#","price":"#).unwrap();
            let change: f64 = change.parse().unwrap();
            let price: f64 = price.trim_end_matches('}').parse().unwrap();
            assert!(price >= 1.0, "{tick}");
            if let Some(before) = last.insert(stock.to_owned(), price) {
                assert!((before + change - price).abs() < 0.001, "{before} {tick}");
                compared += 1;
            }
        }
        assert!(compared > 1900);
    }
}
