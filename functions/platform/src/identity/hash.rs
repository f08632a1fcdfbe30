//! Hashes of passwords: Argon2id with the second recommended option of RFC 9106, section 4.
//!
//! 64 MiB fit into a function of 512 MB seven times; 2 GiB, the first option, do not. The four lanes are worked
//! through one after the other: a function of that size has less than one processor.
use api::{Problem, problem};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::Password;

/// KiB of memory, passes and lanes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// How a hash of today begins; one that begins otherwise is made anew when its password is there.
const TODAY: &str = "$argon2id$v=19$m=65536,t=3,p=4$";
/// Of nobody's password. Checked against where there is no hash, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5IGlzIGhvbWUh$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|_| broken())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken() -> Problem {
    Problem::new(problem::INTERNAL, "the request was not carried out")
}

/// The hash of a new password in PHC form, with its parameters and a random salt.
///
/// # Errors
/// No random numbers or no memory: ours to mend.
pub(crate) fn spend(password: &Password) -> Result<String, Problem> {
    let mut salt = [0; 16];
    SystemRandom::new().fill(&mut salt).map_err(|_| broken())?;
    let hash = argon2()?.hash_password_with_salt(password.bytes(), &salt);
    #[cfg(test)]
    crate::tests::identity::SPENT.with(|spent| spent.set(spent.get() + 1));
    hash.map(|hash| hash.to_string()).map_err(|_| broken())
}

/// Whether the password is that of the hash; without a hash, no, after the same work.
///
/// # Errors
/// No memory: ours to mend.
pub(crate) fn matches(password: &Password, hash: Option<&str>) -> Result<bool, Problem> {
    let known = argon2()?.verify_password(password.bytes(), hash.unwrap_or(NOBODY));
    #[cfg(test)]
    crate::tests::identity::SPENT.with(|spent| spent.set(spent.get() + 1));
    Ok(known.is_ok() && hash.is_some())
}

/// Whether a hash was made with other parameters than those of today.
pub(crate) fn outdated(hash: &str) -> bool {
    !hash.starts_with(TODAY)
}
