//! Real servers, each test with its own in a folder of its own.
mod files;
mod keys;
mod logins;
mod pooler;
mod relay;
mod restart;
mod sandbox;
mod scratch;
mod throwaway;
