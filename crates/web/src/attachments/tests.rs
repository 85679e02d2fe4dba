#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::tests::settings;

#[test]
fn a_name_cannot_leave_its_place_in_the_header() {
    for (name, value) in [
        ("bill.pdf", "attachment; filename*=UTF-8''bill.pdf"),
        (
            "a\"; filename=evil.html",
            "attachment; filename*=UTF-8''a%22%3B%20filename%3Devil.html",
        ),
        (
            "Rechnung für Zoë.pdf",
            "attachment; filename*=UTF-8''Rechnung%20f%C3%BCr%20Zo%C3%AB.pdf",
        ),
        ("a\r\nb", "attachment; filename*=UTF-8''a%0D%0Ab"),
    ] {
        assert_eq!(disposition(name).to_str().unwrap(), value);
    }
}

#[test]
fn grants_stand_in_the_path_of_the_attachments_origin() {
    let grant = Secret::new("abc".to_owned());
    assert_eq!(
        upload_url(&settings(), &grant),
        "https://files.example/upload/abc"
    );
    assert_eq!(
        download_url(&settings(), &grant),
        "https://files.example/download/abc"
    );
}

#[test]
fn a_wrong_grant_names_nothing() {
    let denied = AppError::AccessDenied { action: "x" };
    assert_eq!(refused(denied), error::NOT_FOUND);
    assert_eq!(
        refused(AppError::Invalid("size".to_owned())).code(),
        "attachment-refused"
    );
    assert!(check_grant(&"x".repeat(GRANT_CHARS_MAX + 1)).is_err());
    assert!(check_grant(&"x".repeat(GRANT_CHARS_MAX)).is_ok());
}
