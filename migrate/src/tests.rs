//! The crate's own rules, and what the migrations of this repository make a real database do.

mod apply;
mod audit;
mod books;
mod catalogue;
mod contribute;
mod directory;
mod facts;
mod funds;
mod interrupted;
mod plan;
mod roles;
mod rows;
mod seeds;
mod split;
mod steps;
mod sum;
mod support;
