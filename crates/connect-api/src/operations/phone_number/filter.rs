//! Which phone numbers a listing shows.

use model::resource::{PhoneNumber, PhoneNumberType};

use crate::operations::prelude::*;

/// Most countries of a filter.
pub(super) const COUNTRIES_MAX: usize = 10;
/// Most types of a filter.
pub(super) const TYPES_MAX: usize = 6;
/// Most digits of a prefix.
const PREFIX_DIGITS_MAX: usize = 11;

/// Countries, types and beginnings that are wanted; what is empty wants all.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(super) countries: Vec<String>,
    pub(super) types: Vec<PhoneNumberType>,
    /// Digits without `+`.
    pub(super) prefix: String,
}

impl Filter {
    /// Whether it wants this one.
    pub(super) fn wants(&self, number: &str, country: Option<&str>, kind: PhoneNumberType) -> bool {
        (self.countries.is_empty()
            || country.is_some_and(|country| self.countries.iter().any(|one| one == country)))
            && (self.types.is_empty() || self.types.contains(&kind))
            && number
                .strip_prefix('+')
                .is_some_and(|digits| digits.starts_with(&self.prefix))
    }

    /// Whether it wants this claimed number.
    pub(super) fn wants_claimed(&self, resource: &Resource, number: &PhoneNumber) -> bool {
        self.wants(&resource.name, number.country.as_deref(), number.kind)
    }
}

/// Checks a country.
pub(super) fn country(code: &str) -> Result<String, Refusal> {
    if app::numbers::is_country(code) {
        Ok(code.to_owned())
    } else {
        Err(Refusal::invalid(
            "a country is an ISO 3166 code of two capital letters, such as `DE`",
        ))
    }
}

/// Reads `PhoneNumberPrefix`: digits, with or without `+` before them.
pub(super) fn prefix(body: &Object<'_>) -> Result<String, Refusal> {
    const NAME: &str = "PhoneNumberPrefix";
    let Some(text) = body.optional_text(NAME, 1..=PREFIX_DIGITS_MAX + 1)? else {
        return Ok(String::new());
    };
    let digits = text.strip_prefix('+').unwrap_or(&text);
    let fits = (1..=PREFIX_DIGITS_MAX).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits {
        Ok(digits.to_owned())
    } else {
        Err(body.invalid(NAME, "must have 1 to 11 digits after an optional `+`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_wants_what_fits_all_its_parts() {
        let berlin = Filter {
            countries: vec!["FR".to_owned(), "DE".to_owned()],
            types: vec![PhoneNumberType::Did],
            prefix: "4930".to_owned(),
        };
        let wants = |number, country, kind| berlin.wants(number, country, kind);
        assert!(wants("+4930901820", Some("DE"), PhoneNumberType::Did));
        assert!(!wants("+4989901820", Some("DE"), PhoneNumberType::Did));
        assert!(!wants("+4930901820", Some("AT"), PhoneNumberType::Did));
        assert!(!wants("+4930901820", None, PhoneNumberType::Did));
        assert!(!wants("+4930901820", Some("DE"), PhoneNumberType::TollFree));
        assert!(Filter::default().wants("+80012340000", None, PhoneNumberType::Uifn));
    }

    #[test]
    fn countries_are_codes_of_the_standard() {
        assert_eq!(country("DE"), Ok("DE".to_owned()));
        for code in ["", "de", "XX", "DEU", "001"] {
            assert!(country(code).is_err(), "{code}");
        }
    }
}
