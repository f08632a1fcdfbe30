//! What is asked for: requests, and what became of them.
use api::Route;
use serde_json::Value;

/// A number from a seed, again the same (SplitMix64).
#[derive(Clone, Debug, Default)]
pub(super) struct Dice(u64);

impl Dice {
    /// Of everything that makes it another one.
    pub(super) fn new(seed: u64, round: u32, worker: u64) -> Dice {
        let mut dice = Dice(seed ^ (u64::from(round) << 32) ^ (worker << 16));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one less.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// An amount of money.
    pub(super) fn minor(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from).unwrap_or_default() + 1;
        from + i64::try_from(self.below(span)).unwrap_or_default()
    }

    /// So many times in a hundred.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of these.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }
}

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Give,
    Refund,
    Allocate,
    Reverse,
    Propose,
    Approve,
    Send,
    Confirm,
    Fail,
    Withdraw,
}

impl Act {
    pub(super) const ALL: [Act; 10] = [
        Act::Give,
        Act::Refund,
        Act::Allocate,
        Act::Reverse,
        Act::Propose,
        Act::Approve,
        Act::Send,
        Act::Confirm,
        Act::Fail,
        Act::Withdraw,
    ];

    /// The route that it goes through.
    pub(super) fn route(self) -> &'static Route {
        match self {
            Act::Give => &finance::contributions::create::ROUTE,
            Act::Refund => &finance::refunds::create::ROUTE,
            Act::Allocate => &finance::allocations::create::ROUTE,
            Act::Reverse => &finance::allocations::reverse::ROUTE,
            Act::Propose => &finance::disbursements::create::ROUTE,
            Act::Approve => &finance::disbursements::approve::ROUTE,
            Act::Send => &finance::disbursements::send::ROUTE,
            Act::Confirm => &finance::disbursements::confirm::ROUTE,
            Act::Fail => &finance::disbursements::fail::ROUTE,
            Act::Withdraw => &finance::disbursements::withdraw::ROUTE,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Act::Give => "contribution",
            Act::Refund => "refund",
            Act::Allocate => "allocation",
            Act::Reverse => "reversal",
            Act::Propose => "proposal",
            Act::Approve => "approval",
            Act::Send => "order to the bank",
            Act::Confirm => "confirmation",
            Act::Fail => "failed payment",
            Act::Withdraw => "withdrawal",
        }
    }

    /// The journal that it posts, if it posts one.
    pub(super) fn journal(self) -> Option<&'static str> {
        match self {
            Act::Give => Some("contribution.settled"),
            Act::Refund => Some("refund.settled"),
            Act::Allocate => Some("allocation.confirmed"),
            Act::Reverse => Some("allocation.reversed"),
            Act::Propose => None,
            Act::Approve => Some("disbursement.approved"),
            Act::Send => Some("disbursement.sent"),
            Act::Confirm => Some("disbursement.paid"),
            Act::Fail => Some("disbursement.failed"),
            Act::Withdraw => Some("disbursement.withdrawn"),
        }
    }

    /// What becomes of the money in banks and with processors.
    pub(super) fn cash(self, minor: i64) -> i64 {
        match self {
            Act::Give | Act::Fail => minor,
            Act::Refund | Act::Send => -minor,
            _ => 0,
        }
    }

    /// Who may ask for it.
    pub(super) fn role(self) -> Role {
        match self {
            Act::Approve => Role::Approver,
            _ => Role::Treasurer,
        }
    }
}

/// Who asks: two people, for nobody approves what they proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Treasurer,
    Approver,
}

/// One request; sent again, it is the same to the last byte.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) act: Act,
    pub(super) key: String,
    /// The value of the path's parameter.
    pub(super) id: Option<String>,
    pub(super) version: Option<i64>,
    pub(super) body: Value,
    pub(super) minor: i64,
    /// Problem codes that it may be refused with.
    pub(super) refusals: &'static [&'static str],
}

/// What became of a request.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) act: Act,
    pub(super) key: String,
    pub(super) minor: i64,
    /// Carried out, as its final answer says; else refused.
    pub(super) accepted: bool,
    /// Without a final answer at first.
    pub(super) unknown: bool,
    /// The final answer was one that had been given before.
    pub(super) replayed: bool,
}
