//! `ringfence doctor`: every problem of a configuration at once.

use std::path::Path;

use anyhow::{Result, bail};

use crate::config::Config;

/// Prints problems and warnings; fails where there is a problem.
#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(crate) fn run(path: &Path) -> Result<()> {
    let (problems, warnings) = Config::examine(path)?;
    for problem in &problems {
        println!("problem: {problem}");
    }
    for warning in warnings {
        println!("warning: {warning}");
    }
    if !problems.is_empty() {
        bail!(
            "{} problem(s): mend them and ask the doctor again",
            problems.len()
        );
    }
    println!("the configuration is fine");
    Ok(())
}
