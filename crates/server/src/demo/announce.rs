//! Where to look and how to sign in: on the screen and, for programs, in a file.

use std::path::Path;

use anyhow::Result;

use super::center::Sample;
use super::trunk::{NUMBERS, Reached};
use super::{ACCOUNT, REGION};
use crate::tls::write_private;
use crate::wiring::Sites;

/// Prints addresses and credentials, writes the same as shell variables, and says `ready`.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(super) fn announce(
    sample: &Sample,
    sites: &Sites,
    reached: &Reached,
    data: &Path,
    env_file: Option<&Path>,
) -> Result<()> {
    let variables = variables(sample, sites, reached, data);
    if let Some(path) = env_file {
        let lines: Vec<String> = variables
            .iter()
            .map(|(name, value)| format!("export {name}={}\n", quoted(value)))
            .collect();
        let lines = lines.concat();
        write_private(path, lines.as_bytes())?;
    }
    let origin = &sites.origin;
    println!("\nThe Ringfence demo center is running.\n");
    println!("  Agent workspace   {origin}/app/");
    println!("  Customer's page   {origin}/chat/sample");
    println!(
        "  Telephone         sip:{}@{}  (UDP and TCP; TLS on port {})",
        NUMBERS[0],
        reached.sip,
        reached.tls.port()
    );
    println!("  API               {origin}  (region {REGION}, account {ACCOUNT})");
    println!("  Trust this CA     {}\n", data.join("ca.pem").display());
    println!("  Sign in as        password                          authenticator secret");
    for person in &sample.people {
        println!(
            "  {:<16}  {:<32}  {}",
            person.username,
            person.password.expose(),
            person.totp_secret.expose()
        );
    }
    println!("\n  Codes without a telephone at hand: ringfence code SECRET");
    match env_file {
        Some(path) => println!("  AWS CLI and boto3: source {}", path.display()),
        None => println!("  AWS CLI and boto3: start with --env-file FILE and source that file"),
    }
    println!("\nready");
    Ok(())
}

fn variables(
    sample: &Sample,
    sites: &Sites,
    reached: &Reached,
    data: &Path,
) -> Vec<(String, String)> {
    let origin = &sites.origin;
    let (key_id, secret) = &sample.access_key;
    let fixed = [
        ("AWS_ENDPOINT_URL_CONNECT", origin.clone()),
        ("AWS_ENDPOINT_URL_CONNECTPARTICIPANT", origin.clone()),
        ("AWS_ENDPOINT_URL_STS", origin.clone()),
        ("AWS_CA_BUNDLE", data.join("ca.pem").display().to_string()),
        ("AWS_ACCESS_KEY_ID", key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", secret.expose().clone()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("RINGFENCE_URL", origin.clone()),
        (
            "RINGFENCE_INSTANCE_ID",
            sample.instance.instance.to_string(),
        ),
        ("RINGFENCE_INSTANCE_ARN", sample.instance.arn().to_string()),
        ("RINGFENCE_CHAT_FLOW_ID", sample.chat_flow.to_string()),
        ("RINGFENCE_CHAT_URL", format!("{origin}/chat/sample")),
        ("RINGFENCE_QUEUE_ID", sample.queue.to_string()),
        ("RINGFENCE_PHONE_NUMBER", NUMBERS[0].to_owned()),
        ("RINGFENCE_SIP_ADDRESS", reached.sip.to_string()),
        ("RINGFENCE_SIP_TLS_ADDRESS", reached.tls.to_string()),
    ];
    let mut variables: Vec<_> = fixed
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    for person in &sample.people {
        let name = |what: &str| format!("RINGFENCE_{}_{what}", person.variable);
        variables.push((name("USER"), person.username.to_owned()));
        variables.push((name("PASSWORD"), person.password.expose().clone()));
        variables.push((name("TOTP_SECRET"), person.totp_secret.expose().clone()));
    }
    variables
}

/// The value as one word of a shell.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
