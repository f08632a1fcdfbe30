//! JSON schemas of the types, as precise as the code that reads them: what a schema allows, the code takes.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    Change, Currency, Email, Entity, Id, Limit, Line, Locale, LocalizedText, Money, Patch, Slug,
    Text,
};

/// Not blank and without control characters, on one line.
const LINE: &str = "^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*[^\\s\\u0000-\\u001f\\u007f-\\u009f]\
                    [^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$";
/// Not blank and without control characters other than line feed and tab.
const TEXT: &str = "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f]\
                    [^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$";
/// Without control characters other than line feed and tab.
const LINES: &str = "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$";
/// Not blank.
const NOT_BLANK: &str = "\\S";

/// Describes a type that every document names once and refers to.
macro_rules! named {
    ($({$($generics:tt)*})? $type:ty, $name:expr, $generator:pat => $schema:expr) => {
        impl$(<$($generics)*>)? JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn schema_id() -> Cow<'static, str> {
                format!("{}::{}", module_path!(), Self::schema_name()).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// Describes a type that is written out wherever it is used.
macro_rules! inline {
    ($({$($generics:tt)*})? $type:ty, $name:expr, $schema:expr) => {
        impl$(<$($generics)*>)? JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

named!(Currency, "Currency", _ => json_schema!({
    "description": "Currency code of ISO 4217.",
    "type": "string",
    "enum": Currency::all().collect::<Vec<_>>(),
    "examples": ["GBP"],
}));

named!(Money, "Money", generator => json_schema!({
    "description": "An amount in whole minor units of its currency: 1234 is 12.34 GBP, or 1234 JPY.",
    "type": "object",
    "properties": {
        "amount": {
            "type": "integer",
            "format": "int64",
            "minimum": -Money::MAX_MINOR,
            "maximum": Money::MAX_MINOR,
        },
        "currency": generator.subschema_for::<Currency>(),
    },
    "required": ["amount", "currency"],
    "additionalProperties": false,
    "examples": [{ "amount": 1234, "currency": "GBP" }],
}));

named!(Locale, "Locale", _ => json_schema!({
    "description": "Language tag (BCP 47).",
    "type": "string",
    "enum": Locale::ALL,
    "examples": ["de"],
}));

named!({const MAX: usize} LocalizedText<MAX>, localized_name(MAX), _ => json_schema!({
    "description": "The same text in every language; one of them may be empty.",
    "type": "object",
    "properties": {
        "de": { "type": "string", "maxLength": MAX, "pattern": LINES },
        "en": { "type": "string", "maxLength": MAX, "pattern": LINES },
    },
    "required": ["de", "en"],
    "additionalProperties": false,
    "anyOf": [
        { "properties": { "de": { "pattern": NOT_BLANK } } },
        { "properties": { "en": { "pattern": NOT_BLANK } } },
    ],
    "examples": [{ "de": cut("Sauberes Wasser", MAX), "en": cut("Clean water", MAX) }],
}));

named!(Slug, "Slug", _ => json_schema!({
    "description": "A name for URLs: lower-case words joined by single hyphens.",
    "type": "string",
    "minLength": 1,
    "maxLength": Slug::MAX,
    "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    "examples": ["clean-water"],
}));

named!(Email, "Email", _ => json_schema!({
    "description": "An e-mail address; the domain is stored in lower case.",
    "type": "string",
    "format": "email",
    "maxLength": Email::MAX,
    "examples": ["ada@example.org"],
}));

inline!({E: Entity} Id<E>, E::NAME, json_schema!({
    "description": format!("Id of a {}.", E::NAME),
    "type": "string",
    "format": "uuid",
    "examples": [Id::<E>::seed("example")],
}));

inline!({const MAX: usize} Line<MAX>, format!("Line{MAX}"), json_schema!({
    "type": "string",
    "minLength": 1,
    "maxLength": MAX,
    "pattern": LINE,
    "examples": [cut("Clean water", MAX)],
}));

inline!({const MAX: usize} Text<MAX>, format!("Text{MAX}"), json_schema!({
    "type": "string",
    "minLength": 1,
    "maxLength": MAX,
    "pattern": TEXT,
    "examples": [cut("Clean water", MAX)],
}));

inline!(
    Limit,
    "Limit",
    json_schema!({
        "type": "integer",
        "minimum": Limit::MIN,
        "maximum": Limit::MAX,
        "default": Limit::default().get(),
        "examples": [Limit::default().get()],
    })
);

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        <Option<T>>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <Option<T>>::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// `LocalizedText` for the usual limit, `LocalizedText200` for another.
fn localized_name(max: usize) -> String {
    match max {
        10_000 => "LocalizedText".to_owned(),
        _ => format!("LocalizedText{max}"),
    }
}

/// An example that keeps its own limit.
fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
