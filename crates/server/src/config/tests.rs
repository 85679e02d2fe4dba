//! A configuration says all that is wrong with it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::PermissionsExt;

use super::*;

const GOOD: &str = r#"
data = "DIR/data"
region = "eu-central-1"
account = "123456789012"
alias = "acme"

[server]
address = "127.0.0.1:8443"
origin = "https://center.example"

[attachments]
address = "127.0.0.1:8444"
origin = "https://files.example"

[tls]
certificate = "DIR/server.pem"
key = "DIR/server.key"

[keys]
root_key = "DIR/root.key"
passphrase_file = "DIR/passphrase"
"#;

/// A folder with a configuration and the files it names, private ones closed to others.
fn folder(config: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["center.example".to_owned()]).unwrap();
    for (name, text) in [
        ("server.pem", made.cert.pem()),
        ("server.key", made.signing_key.serialize_pem()),
        ("passphrase", "x".to_owned()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let path = folder.path().join("ringfence.toml");
    std::fs::write(
        &path,
        config.replace("DIR", &folder.path().display().to_string()),
    )
    .unwrap();
    (folder, path)
}

#[track_caller]
fn problems(config: &str) -> Vec<String> {
    let (_folder, path) = folder(config);
    Config::read(&path).unwrap().problems()
}

#[test]
fn complete_configuration_has_no_problems() {
    assert_eq!(problems(GOOD), Vec::<String>::new());
}

#[test]
fn unknown_key_is_refused_with_the_nearest_known_one() {
    let (_folder, path) = folder(&GOOD.replace("alias =", "allias ="));
    let error = Config::read(&path).unwrap_err().to_string();
    assert!(error.contains("unknown field `allias`"), "{error}");
    assert!(error.contains("did you mean `alias`?"), "{error}");
}

#[test]
fn all_problems_are_named_at_once() {
    let config = GOOD
        .replace("123456789012", "12")
        .replace("https://center.example", "http://center.example")
        .replace("DIR/passphrase", "DIR/data/passphrase")
        .replace("DIR/server.pem", "DIR/nowhere.pem");
    let problems = problems(&config).join("\n");
    for expected in [
        "`account` has twelve digits",
        "`server.origin` is `https://`",
        "`keys.passphrase_file` lies within `data`",
        "nowhere.pem` cannot be read",
    ] {
        assert!(problems.contains(expected), "{expected:?} in {problems}");
    }
}

#[test]
fn faults_of_shape_and_of_content_are_named_together() {
    let config = GOOD
        .replace("alias =", "allias =")
        .replace("\"123456789012\"", "12")
        .replace(
            "DIR/data\"\nregion",
            "DIR/data\"\napproved_origins = [5, \"x\", 6]\nregion",
        )
        .replace(
            "origin = \"https://files.example\"",
            "orign = \"https://files.example\"",
        )
        .replace("127.0.0.1:8443", "everywhere")
        .replace("DIR/server.pem", "DIR/nowhere.pem")
        .replace("[keys]", "oldest = \"1.1\"\n\n[keyring]");
    let (_folder, path) = folder(&config);
    let (problems, _) = Config::examine(&path).unwrap();
    let all = problems.join("\n");
    for expected in [
        "unknown field `allias`: did you mean `alias`?",
        "`alias` is missing",
        "`account`: invalid type: integer `12`",
        "`approved_origins[0]`: invalid type",
        "`approved_origins[2]`: invalid type",
        "`approved_origins`: `x` is no origin",
        "unknown field `attachments.orign`: did you mean `origin`?",
        "`attachments.origin` is missing",
        "`server.address`: invalid socket address",
        "`tls.oldest`: unknown variant `1.1`",
        "unknown field `keyring`",
        "`keys` is missing",
        "`keys.root_key` is missing",
        "`keys.passphrase_file` is missing",
        "nowhere.pem` cannot be read",
    ] {
        assert!(all.contains(expected), "{expected:?} in\n{all}");
    }
    // What stands in for a value is not judged.
    assert!(!all.contains("twelve digits"), "{all}");
    assert!(!all.contains("127.0.0.1"), "{all}");
    let refused = Config::read(&path).unwrap_err().to_string();
    for problem in problems {
        assert!(refused.contains(&problem), "{problem:?} in\n{refused}");
    }
}

#[test]
fn certificate_that_no_listener_can_use_is_a_problem() {
    let (folder, path) = folder(GOOD);
    let said = || Config::read(&path).unwrap().problems().join("\n");
    let other = rcgen::generate_simple_self_signed(["other.example".to_owned()]).unwrap();
    std::fs::write(folder.path().join("server.pem"), other.cert.pem()).unwrap();
    assert!(said().contains("do not belong together"), "{}", said());
    std::fs::write(folder.path().join("server.pem"), "x").unwrap();
    assert!(
        said().contains("`tls.certificate` and `tls.key`"),
        "{}",
        said()
    );
}

#[test]
fn one_address_for_pages_and_files_is_a_problem() {
    let problems = problems(&GOOD.replace("127.0.0.1:8444", "127.0.0.1:8443"));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems.concat().contains("`attachments.address`"));
}

#[test]
fn all_places_that_are_no_toml_are_named() {
    let (_folder, path) = folder("data = \nregion = \"eu\"\naccount = = 5\n");
    let (problems, _) = Config::examine(&path).unwrap();
    let lines = |line: &str| problems.iter().any(|problem| problem.contains(line));
    assert!(lines("line 1") && lines("line 3"), "{problems:?}");
}

#[test]
fn mended_configuration_is_never_used() {
    let (_folder, path) = folder(&format!("unknown = 1\n{GOOD}"));
    assert!(Config::read(&path).is_err());
}

#[test]
fn secret_file_that_others_may_read_is_a_problem() {
    let (folder, path) = folder(GOOD);
    let key = folder.path().join("server.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let problems = Config::read(&path).unwrap().problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems.iter().all(|problem| problem.contains("chmod 600")),
        "{problems:?}"
    );
}

#[test]
fn second_factor_that_is_switched_off_is_a_warning() {
    let (_folder, path) = folder(&format!(
        "{GOOD}\n[signin]\nrequire_second_factor = false\n"
    ));
    let config = Config::read(&path).unwrap();
    assert_eq!(config.problems(), Vec::<String>::new());
    assert_eq!(config.warnings().len(), 1);
}
