//! Which roles bundle which permissions: the rows of `identity.role_permissions`, for tokens that no database made.
//! A test of the platform domain compares them with what the migrations bring.

/// A role with what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Its code.
    pub role: &'static str,
    /// Whether it is held everywhere or by staff. One that is held in a project, building or partner opens no route
    /// by itself, so a token of it carries none of its permissions.
    pub opens: bool,
    /// Codes, sorted.
    pub permissions: &'static [&'static str],
}

/// Every role that the migrations bring.
#[rustfmt::skip]
pub const BUNDLES: &[Bundle] = &[
    Bundle {
        role: "admin",
        opens: true,
        permissions: &[
            "appointments.write", "audit.read", "buildings.read", "buildings.write",
            "contacts.erase", "contacts.export", "contacts.merge", "contacts.read",
            "contacts.write", "content.publish", "content.write", "contributors.write",
            "documents.review", "documents.write", "files.purge", "files.read", "files.write",
            "forms.design", "forms.submit", "funding.publish", "funding.read", "funding.write",
            "giftaid.claim", "giftaid.read", "giftaid.submit", "giving.read", "giving.read_own",
            "giving.refund", "giving.write", "leads.write", "ledger.post", "ledger.read",
            "milestones.approve", "payments.approve", "payments.propose", "payments.read",
            "payments.withdraw", "projects.read", "projects.write", "roles.grant", "settings.read",
            "settings.write", "tokens.write", "trade.read", "trade.write", "users.read",
            "users.write", "workflows.design", "workflows.read", "workflows.write",
        ],
    },
    Bundle {
        role: "employee",
        opens: true,
        permissions: &[
            "appointments.write", "buildings.read", "buildings.write", "contacts.read",
            "contacts.write", "documents.review", "documents.write", "files.read", "files.write",
            "forms.submit", "funding.read", "funding.write", "leads.write", "projects.read",
            "projects.write", "tokens.write", "trade.read", "trade.write", "workflows.read",
            "workflows.write",
        ],
    },
    Bundle {
        role: "team_lead",
        opens: true,
        permissions: &[
            "appointments.write", "buildings.read", "buildings.write", "contacts.export",
            "contacts.merge", "contacts.read", "contacts.write", "documents.review",
            "documents.write", "files.read", "files.write", "forms.design", "forms.submit",
            "funding.publish", "funding.read", "funding.write", "leads.write", "milestones.approve",
            "projects.read", "projects.write", "roles.grant", "tokens.write", "trade.read",
            "trade.write", "users.read", "workflows.design", "workflows.read", "workflows.write",
        ],
    },
    Bundle {
        role: "treasurer",
        opens: true,
        permissions: &[
            "contacts.read", "contributors.write", "giftaid.claim", "giftaid.read",
            "giftaid.submit", "giving.read", "giving.read_own", "giving.refund", "giving.write",
            "ledger.post", "ledger.read", "payments.approve", "payments.propose", "payments.read",
            "payments.withdraw", "projects.read", "tokens.write", "trade.read", "trade.write",
        ],
    },
    Bundle {
        role: "approver",
        opens: true,
        permissions: &[
            "giftaid.read", "giftaid.submit", "payments.approve", "payments.read",
            "payments.withdraw", "tokens.write",
        ],
    },
    Bundle {
        role: "auditor",
        opens: true,
        permissions: &[
            "audit.read", "contacts.read", "funding.read", "giftaid.read", "giving.read",
            "giving.read_own", "ledger.read", "payments.read", "projects.read", "settings.read",
            "tokens.write", "trade.read",
        ],
    },
    Bundle {
        role: "editor",
        opens: true,
        permissions: &[
            "content.write", "files.read", "files.write", "projects.read", "tokens.write",
        ],
    },
    Bundle {
        role: "publisher",
        opens: true,
        permissions: &[
            "content.publish", "content.write", "files.read", "files.write", "projects.read",
            "tokens.write",
        ],
    },
    Bundle {
        role: "contributor",
        opens: true,
        permissions: &[
            "giving.read_own", "giving.write", "projects.read", "tokens.write",
        ],
    },
    Bundle {
        role: "customer",
        opens: false,
        permissions: &[
            "appointments.write", "buildings.read", "documents.write", "files.read", "files.write",
            "forms.submit", "funding.read", "projects.read", "trade.read",
        ],
    },
    Bundle {
        role: "owner",
        opens: false,
        permissions: &[
            "appointments.write", "buildings.read", "documents.write", "files.read", "files.write",
            "forms.submit", "funding.read", "projects.read", "trade.read",
        ],
    },
    Bundle {
        role: "contact_person",
        opens: false,
        permissions: &[
            "appointments.write", "buildings.read", "documents.write", "files.read", "files.write",
            "forms.submit", "projects.read",
        ],
    },
    Bundle {
        role: "invoice_receiver",
        opens: false,
        permissions: &[
            "files.read", "projects.read", "trade.read",
        ],
    },
    Bundle {
        role: "craftsman",
        opens: false,
        permissions: &[
            "appointments.write", "buildings.read", "documents.write", "files.read", "files.write",
            "forms.submit", "projects.read", "trade.read",
        ],
    },
    Bundle {
        role: "partner",
        opens: false,
        permissions: &[
            "documents.write", "files.read", "files.write", "forms.submit", "projects.read",
            "projects.write",
        ],
    },
];

/// What a token with these roles may do.
pub fn permissions(roles: &[&str]) -> Vec<&'static str> {
    let held = BUNDLES.iter().filter(|bundle| bundle.opens && roles.contains(&bundle.role));
    let mut all: Vec<&str> = held.flat_map(|bundle| bundle.permissions).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
