//! Gift Aid: declarations, what gifts are worth, claims to the tax office, small donations.
pub mod audit;
pub mod claims;
pub mod collections;
pub mod declarations;
pub mod eligibility;
pub mod facts;
pub mod hmrc;
pub mod sending;
pub mod small_donations;
pub mod wordings;
