//! What the numbering plan says of a number: its country and its type.

use model::resource::PhoneNumberType;
use phonenumber::metadata::DATABASE;
use phonenumber::{Type, country};

use super::TrunkNumber;

/// Country code of freephone numbers of no country.
const UNIVERSAL_FREEPHONE: u16 = 800;

/// Whether this is the ISO 3166 code of a country that has telephone numbers.
pub fn is_country(code: &str) -> bool {
    code.parse::<country::Id>().is_ok()
}

/// Country and type of a number. One that the plan does not know, such as a fictitious one, is an
/// ordinary number of the country that its country code leads to first; what is no number has none.
pub(super) fn describe(number: &str) -> TrunkNumber {
    let parsed = phonenumber::parse(None, number).ok();
    let country = parsed.as_ref().and_then(|parsed| {
        let id = parsed.country().id().map(|id| id.as_ref().to_owned());
        id.or_else(|| main_country(parsed.code().value()))
    });
    let kind = parsed.map_or(PhoneNumberType::Did, |parsed| {
        match parsed.number_type(&DATABASE) {
            Type::TollFree if parsed.code().value() == UNIVERSAL_FREEPHONE => PhoneNumberType::Uifn,
            Type::TollFree => PhoneNumberType::TollFree,
            Type::SharedCost => PhoneNumberType::Shared,
            Type::ShortCode => PhoneNumberType::ShortCode,
            _ => PhoneNumberType::Did,
        }
    });
    TrunkNumber {
        number: number.to_owned(),
        country,
        kind,
    }
}

/// The first country of a country code; none has `001`, the world.
fn main_country(code: u16) -> Option<String> {
    let regions = DATABASE.region(&code)?;
    let first = regions.first()?;
    is_country(first).then(|| (*first).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: &str, country: Option<&str>, kind: PhoneNumberType) {
        let described = describe(number);
        assert_eq!(described.country.as_deref(), country, "{number}");
        assert_eq!(described.kind, kind, "{number}");
    }

    #[test]
    fn country_and_type_follow_from_the_numbering_plan() {
        check("+4930901820", Some("DE"), PhoneNumberType::Did);
        check("+498001234567", Some("DE"), PhoneNumberType::TollFree);
        check("+4915112345678", Some("DE"), PhoneNumberType::Did);
        check("+15208782491", Some("US"), PhoneNumberType::Did);
        check("+18007233456", Some("US"), PhoneNumberType::TollFree);
        check("+16137827274", Some("CA"), PhoneNumberType::Did);
        check("+491801234567", Some("DE"), PhoneNumberType::Shared);
        check("+80012340000", None, PhoneNumberType::Uifn);
    }

    #[test]
    fn a_number_that_the_plan_does_not_know_is_an_ordinary_one_of_its_country_code() {
        check("+15550000000", Some("US"), PhoneNumberType::Did);
        // What is no number at all has no country.
        check("+490000000000", None, PhoneNumberType::Did);
        check("+99999999999", None, PhoneNumberType::Did);
    }
}
