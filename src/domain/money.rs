//! Money: exact decimals that know their currency. Never floating point.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};

/// An ISO 4217 currency code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The renminbi, Xiaoer's default.
    pub const CNY: Self = Self(*b"CNY");

    /// Digits after the decimal point in the smallest unit (ISO 4217): 0 for yen and won, 2 elsewhere.
    pub fn minor_digits(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" => 0,
            _ => 2,
        }
    }

    /// The three-letter code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency code is three ASCII capitals")
    }

    /// What people write before the amount.
    pub fn symbol(&self) -> &'static str {
        match &self.0 {
            b"CNY" | b"JPY" => "¥",
            b"USD" => "$",
            b"EUR" => "€",
            b"GBP" => "£",
            _ => "",
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| MoneyError::Currency)?;
        if bytes.iter().all(u8::is_ascii_uppercase) { Ok(Self(bytes)) } else { Err(MoneyError::Currency) }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an amount could not be read or combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three capital letters.
    #[error("a currency is three capital letters such as CNY")]
    Currency,
    /// Not a decimal number, or finer than the currency's smallest unit, or too large.
    #[error("an amount is a decimal number such as 199.00")]
    Amount,
    /// Two currencies in one sum.
    #[error("amounts of different currencies do not add up")]
    Mixed,
}

/// An exact amount of one currency, always at the scale of its smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount rounded half up to the smallest unit (COMMERCE.md, "Rounding half up").
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        let mut amount =
            amount.round_dp_with_strategy(currency.minor_digits(), RoundingStrategy::MidpointAwayFromZero);
        amount.rescale(currency.minor_digits());
        Self { amount, currency }
    }

    /// Nothing, in `currency`.
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// Reads `199`, `199.0` or `199.00`; finer than the smallest unit is an error rather than a rounding.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let amount = Decimal::from_str_exact(text).map_err(|_| MoneyError::Amount)?;
        let money = Self::new(amount, currency);
        if money.amount == amount && amount.abs() < Decimal::from(1_000_000_000_000_u64) {
            Ok(money)
        } else {
            Err(MoneyError::Amount)
        }
    }

    /// An amount given in the smallest unit (cents, fen).
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self::new(Decimal::new(minor, currency.minor_digits()), currency)
    }

    /// The amount in the smallest unit. Amounts are read within bounds that fit many times over.
    pub fn minor(&self) -> i64 {
        i64::try_from(self.amount.mantissa()).unwrap_or(i64::MAX)
    }

    /// The exact amount.
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency == other.currency {
            Ok(Self::new(self.amount + other.amount, self.currency))
        } else {
            Err(MoneyError::Mixed)
        }
    }

    /// The difference; may be negative.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency == other.currency {
            Ok(Self::new(self.amount - other.amount, self.currency))
        } else {
            Err(MoneyError::Mixed)
        }
    }

    /// The amount as on the wire: `199.00`.
    pub fn digits(&self) -> String {
        self.amount.to_string()
    }
}

impl fmt::Display for Money {
    /// As people read it: `¥199.00`, or `199.00 CHF` where no symbol is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency.symbol() {
            "" => write!(f, "{} {}", self.amount, self.currency),
            symbol if self.amount.is_sign_negative() => write!(f, "-{symbol}{}", self.amount.abs()),
            symbol => write!(f, "{symbol}{}", self.amount),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_keep_the_scale_of_their_currency() {
        for (text, currency, expected) in [
            ("199", "CNY", Ok("199.00")),
            ("0.1", "CNY", Ok("0.10")),
            ("-3.50", "CNY", Ok("-3.50")),
            ("1200", "JPY", Ok("1200")),
            ("0.005", "CNY", Err(MoneyError::Amount)),
            ("12.5", "JPY", Err(MoneyError::Amount)),
            ("1e3", "CNY", Err(MoneyError::Amount)),
            ("", "CNY", Err(MoneyError::Amount)),
            ("9999999999999", "CNY", Err(MoneyError::Amount)),
        ] {
            let currency = currency.parse().expect("the table's currencies are well formed");
            let read = Money::parse(text, currency).map(|money| money.digits());
            assert_eq!(read.as_deref().map_err(|e| *e), expected, "{text} {currency}");
        }
    }

    #[test]
    fn rounding_is_half_up_and_currencies_do_not_mix() {
        let half = Money::new("0.125".parse().expect("a decimal"), Currency::CNY);
        assert_eq!(half.digits(), "0.13");
        let yen = Money::zero("JPY".parse().expect("a currency"));
        assert_eq!(half.plus(yen), Err(MoneyError::Mixed));
    }
}
