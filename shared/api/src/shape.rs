//! The JSON schema of a body: only the command line asks for it, so only there it is compiled in.
use std::fmt;

/// A type that has a JSON schema, where schemas are compiled in; any type elsewhere.
#[cfg(feature = "openapi")]
pub trait Shaped: schemars::JsonSchema {}
#[cfg(feature = "openapi")]
impl<T: schemars::JsonSchema> Shaped for T {}

/// A type that has a JSON schema, where schemas are compiled in; any type elsewhere.
#[cfg(not(feature = "openapi"))]
pub trait Shaped {}
#[cfg(not(feature = "openapi"))]
impl<T> Shaped for T {}

/// The schema of a request or response body, or none.
#[derive(Clone, Copy)]
pub struct Shape {
    #[cfg(feature = "openapi")]
    schema: Option<fn(&mut schemars::SchemaGenerator) -> schemars::Schema>,
}

impl Shape {
    /// No body.
    #[cfg(feature = "openapi")]
    pub const NONE: Shape = Shape { schema: None };
    /// No body.
    #[cfg(not(feature = "openapi"))]
    pub const NONE: Shape = Shape {};

    /// The body is a `T`.
    #[cfg(feature = "openapi")]
    pub const fn of<T: Shaped>() -> Shape {
        Shape { schema: Some(|generator| generator.subschema_for::<T>()) }
    }
    /// The body is a `T`.
    #[cfg(not(feature = "openapi"))]
    pub const fn of<T: Shaped>() -> Shape {
        Shape {}
    }

    /// The schema, its parts in the generator's definitions.
    #[cfg(feature = "openapi")]
    pub fn schema(&self, generator: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        Some(self.schema?(generator))
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shape")
    }
}
