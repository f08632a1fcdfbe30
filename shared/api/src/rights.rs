//! What the caller of a request may do, and whose rows they may look at.
use db::{Departments, Scope};
use types::ContactId;

use crate::{Caller, Problem, Request, auth::NO_SESSION, problem};

impl Request {
    /// Who calls.
    ///
    /// # Errors
    /// 401 on a public route called without a token.
    pub fn caller(&self) -> Result<&Caller, Problem> {
        self.caller.as_ref().ok_or_else(|| {
            Problem::new(problem::UNAUTHENTICATED, "send Authorization: Bearer <token>")
        })
    }

    /// The contact who calls, for `created_by` and `updated_by`.
    ///
    /// # Errors
    /// As [`Request::caller`].
    pub fn actor(&self) -> Result<ContactId, Problem> {
        Ok(self.caller()?.contact)
    }

    /// Refuses a program with an api token what its owner has to do themselves: it could give away more than it holds.
    ///
    /// # Errors
    /// 403, and as [`Request::caller`].
    pub fn signed_in(&self) -> Result<(), Problem> {
        match self.caller()?.token {
            None => Ok(()),
            Some(_) => Err(Problem::new(problem::FORBIDDEN, NO_SESSION)),
        }
    }

    /// Whether the caller has sent a valid token with this permission.
    pub fn may(&self, permission: &str) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.may(permission))
    }

    /// Whose rows to look at: all of them for a caller with this permission, else the caller's own.
    ///
    /// # Errors
    /// As [`Request::caller`].
    pub fn scope(&self, permission: &str) -> Result<Scope, Problem> {
        let caller = self.caller()?;
        Ok(if caller.may(permission) { Scope::ALL } else { Scope::own(caller.contact) })
    }

    /// Rows of which departments to look at: of all, or of those that the caller holds this permission in.
    ///
    /// # Errors
    /// As [`Request::caller`].
    pub fn departments(&self, permission: &str) -> Result<Departments, Problem> {
        Ok(self.caller()?.departments(permission))
    }

    /// Refuses a caller who holds this permission in some departments only: what is asked for belongs to none.
    ///
    /// # Errors
    /// 403, and as [`Request::caller`].
    pub fn everywhere(&self, permission: &str) -> Result<(), Problem> {
        if self.departments(permission)?.ids().is_some() {
            let detail =
                "the caller may do this in some departments only, and this belongs to none";
            return Err(Problem::new(problem::FORBIDDEN, detail));
        }
        Ok(())
    }

    /// Whose rows to look at, for a statement that takes a contact: `None`, all of them, for a caller with this permission;
    /// else the caller's own.
    ///
    /// # Errors
    /// As [`Request::caller`].
    pub fn viewer(&self, permission: &str) -> Result<Option<ContactId>, Problem> {
        let caller = self.caller()?;
        Ok((!caller.may(permission)).then_some(caller.contact))
    }
}
