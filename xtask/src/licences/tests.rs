//! Each rule for licences catches its violation.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Exception, Package, npm_packages, violations};

const NO_EXCEPTIONS: &[Exception] = &[];

fn package(licence: Option<&str>) -> Package {
    Package {
        name: "dependency".to_owned(),
        version: "1.0.0".to_owned(),
        licence: licence.map(str::to_owned),
    }
}

fn is_fine(licence: &str) -> bool {
    violations(&[package(Some(licence))], NO_EXCEPTIONS).is_empty()
}

#[test]
fn permissive_licences_are_fine() {
    for licence in [
        "MIT",
        "MIT/Apache-2.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0-only",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
        "ISC AND (Apache-2.0 OR ISC)",
    ] {
        assert!(is_fine(licence), "{licence}");
    }
}

#[test]
fn licences_that_bind_are_refused() {
    for licence in [
        "GPL-3.0-only",
        "MPL-2.0",
        "MIT AND GPL-3.0-only",
        "(MIT OR Apache-2.0) AND LGPL-2.1-or-later",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        "MIT WITH Unheard-exception",
    ] {
        assert!(!is_fine(licence), "{licence}");
    }
}

#[test]
fn what_is_no_expression_is_refused() {
    for licence in [
        "",
        "MIT OR",
        "(MIT",
        "MIT)",
        "MIT ISC",
        "SEE LICENSE IN LICENSE.md",
    ] {
        assert!(!is_fine(licence), "{licence}");
    }
}

#[test]
fn a_package_without_a_licence_is_refused() {
    let findings = violations(&[package(None)], NO_EXCEPTIONS);
    assert_eq!(findings.first().unwrap().message, "names no licence");
}

#[test]
fn an_exception_holds_for_its_package_and_licence_alone() {
    let exception = |name: &'static str, licence: &'static str| Exception {
        package: name,
        licence,
        reason: "because",
    };
    let packages = [package(Some("MPL-2.0"))];
    assert_eq!(
        violations(&packages, &[exception("dependency", "MPL-2.0")]).len(),
        0
    );
    assert_eq!(
        violations(&packages, &[exception("other", "MPL-2.0")]).len(),
        1
    );
    assert_eq!(
        violations(&packages, &[exception("dependency", "GPL-3.0-only")]).len(),
        1
    );
}

#[test]
fn npm_packages_for_development_are_not_shipped() {
    let lock = r#"{"packages": {
        "": {"name": "ui"},
        "node_modules/react": {"version": "1.0.0", "license": "MIT"},
        "node_modules/a/node_modules/@b/c": {"version": "2.0.0", "license": "GPL-3.0-only"},
        "node_modules/vite": {"version": "3.0.0", "license": "MPL-2.0", "dev": true}
    }}"#;
    let packages = npm_packages(lock).unwrap();
    let names: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(names, ["react", "@b/c"], "in the order of the file");
    let findings = violations(&packages, NO_EXCEPTIONS);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings.first().unwrap().place, "@b/c 2.0.0");
}
