mod error;
mod url;
