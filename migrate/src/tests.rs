//! The crate's own rules, and what the migrations of this repository make a real database do.

mod apply;
mod audit;
mod books;
mod catalogue;
mod contribute;
mod directory;
mod effect;
mod facts;
mod funds;
mod history;
mod interrupted;
mod killed;
mod load;
mod marker;
mod plan;
mod proof;
mod refused;
mod roles;
mod rows;
mod seeds;
mod split;
mod steps;
mod sum;
mod support;
mod write;
