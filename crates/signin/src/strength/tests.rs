use proptest::prelude::*;

use super::*;

fn fine(password: &str) -> bool {
    problem(password, "alice.smith").is_none()
}

#[test]
fn passwords_that_guessers_try_first_are_refused() {
    let weak = [
        "passwordpassword",
        "Password1234",
        "P@ssw0rd2024!!",
        "Welcome2026!",
        "Willkommen2025",
        "qwertyuiop[]",
        "qwerty123456",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "123456789012",
        "210987654321",
        "letmeinletmein",
        "iloveyou123456",
        "Summer2026!!",
        "administrator1",
        "changeme-changeme",
        "alice.smith",
        "alicesmith2026",
        "Smith.Alice.1984",
        "ab12ab12ab12ab12",
        "CallCenter2026",
    ];
    for password in weak {
        assert!(!fine(password), "{password}");
    }
}

#[test]
fn passwords_that_take_long_to_guess_are_fine() {
    let strong = [
        "blue whale on a bicycle",
        "correct horse battery staple",
        "Vq8#tLz2!mKd",
        "sunshine eats nine lemons",
        "дом у синего моря",
        "käse-und-wein-im-garten",
    ];
    for password in strong {
        assert_eq!(problem(password, "alice.smith"), None, "{password}");
    }
}

#[test]
fn length_has_limits_in_characters() {
    let long: String = ('a'..='z').cycle().step_by(7).take(128).collect();
    assert_eq!(
        problem("Vq8#tLz2!mK", "a"),
        Some("use at least 12 characters".to_owned())
    );
    assert_eq!(
        problem(&format!("{long}x"), "a"),
        Some("use at most 128 characters".to_owned())
    );
    assert!(problem(&long, "a").is_none_or(|problem| !problem.contains("at most")));
}

#[test]
fn the_user_name_is_no_password() {
    let name = "blue.whale.on.a.bicycle";
    assert!(problem("Blue.Whale.On.A.Bicycle", name).is_some());
    assert!(problem(name, "another.user").is_none());
}

proptest! {
    #[test]
    fn any_text_gets_an_answer(password in ".{0,200}", username in ".{0,40}") {
        let _ = problem(&password, &username);
        prop_assert!(effective_chars(&password, &username) <= password.chars().count());
    }

    #[test]
    fn repeating_a_password_makes_it_no_better(password in "[a-z]{3,6}", times in 2_usize..10) {
        prop_assert!(problem(&password.repeat(times), "").is_some());
    }
}
