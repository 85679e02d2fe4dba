//! Telephone numbers as callers key them in, as E.164.

use phonenumber::country;

/// How a number is keyed in (`PhoneNumberValidation.NumberFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFormat {
    /// As within its country.
    Local,
    /// With the country code first, without `+`.
    E164,
}

/// Most digits of an E.164 number.
const DIGITS_MAX: usize = 15;

/// The number as E.164 with `+`; `None` where no such number can exist. `country` is the ISO 3166 code of
/// the country of a local number.
pub(crate) fn e164(keys: &str, format: NumberFormat, country: Option<&str>) -> Option<String> {
    if keys.is_empty() || keys.len() > DIGITS_MAX || !keys.bytes().all(|key| key.is_ascii_digit()) {
        return None;
    }
    match format {
        NumberFormat::E164 => {
            let number = format!("+{keys}");
            let parsed = phonenumber::parse(None, &number).ok()?;
            phonenumber::is_valid(&parsed).then_some(number)
        }
        NumberFormat::Local => {
            let country: country::Id = country?.to_ascii_uppercase().parse().ok()?;
            let code = phonenumber::metadata::DATABASE
                .by_id(country.as_ref())?
                .country_code();
            let prefix = phonenumber::metadata::DATABASE
                .by_id(country.as_ref())?
                .national_prefix();
            // What is dialled before a number within the country is no part of it. Where there is no such
            // prefix, as in Italy, a leading zero is.
            let national = prefix.map_or(keys, |prefix| keys.strip_prefix(prefix).unwrap_or(keys));
            let number = format!("+{code}{national}");
            let parsed = phonenumber::parse(None, &number).ok()?;
            phonenumber::is_valid(&parsed).then_some(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn local(keys: &str, country: &str, expected: Option<&str>) {
        let number = e164(keys, NumberFormat::Local, Some(country));
        assert_eq!(number.as_deref(), expected, "{keys} in {country}");
    }

    #[test]
    fn local_numbers_get_their_country_code() {
        local("030901820", "DE", Some("+4930901820"));
        local("30901820", "DE", Some("+4930901820"));
        local("2015550123", "US", Some("+12015550123"));
        local("12015550123", "US", Some("+12015550123"));
        local("0612345678", "FR", Some("+33612345678"));
        local("612345678", "es", Some("+34612345678"));
        local("07400123456", "GB", Some("+447400123456"));
    }

    #[test]
    fn a_leading_zero_that_belongs_to_the_number_stays() {
        local("0236618300", "IT", Some("+390236618300"));
        local("3123456789", "IT", Some("+393123456789"));
    }

    #[test]
    fn numbers_that_cannot_exist_are_refused() {
        for keys in ["", "0", "12", "1*3", "00000000000", "9999999999999999"] {
            local(keys, "DE", None);
            assert_eq!(e164(keys, NumberFormat::E164, None), None, "{keys}");
        }
        local("030901820", "XX", None);
        local("030901820", "", None);
    }

    #[test]
    fn international_numbers_are_taken_as_they_are() {
        let number = e164("4930901820", NumberFormat::E164, None);
        assert_eq!(number.as_deref(), Some("+4930901820"));
    }
}
