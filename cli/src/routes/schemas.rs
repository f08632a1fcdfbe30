//! JSON schemas of all bodies: what is taken as it is read, what is answered as it is written.
use std::collections::{BTreeMap, BTreeSet};

use api::Route;
use schemars::{
    JsonSchema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};

const PLACE: &str = "#/components/schemas/";

/// Schemas of a whole document; parts with a name are written once.
#[derive(Debug)]
pub(crate) struct Schemas {
    bodies: SchemaGenerator,
    replies: SchemaGenerator,
    /// Names of the schemas that are answered in one language.
    localized: BTreeSet<String>,
}

fn generator(contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings.contract = contract;
    });
    settings.into_generator()
}

/// Whether the route takes a body.
pub(crate) fn has_body(route: &Route) -> bool {
    route.body.schema(&mut generator(Contract::Deserialize)).is_some()
}

/// Whether the route answers a body.
pub(crate) fn has_reply(route: &Route) -> bool {
    route.reply.schema(&mut generator(Contract::Serialize)).is_some()
}

/// Names that stand for two schemas, one sentence each.
pub(crate) fn clashes(routes: &[&Route]) -> Vec<String> {
    let mut schemas = Schemas::new();
    for route in routes {
        schemas.body(route);
        schemas.reply(route);
    }
    schemas.finish().1
}

impl Schemas {
    /// None yet.
    pub(crate) fn new() -> Schemas {
        Schemas {
            bodies: generator(Contract::Deserialize),
            replies: generator(Contract::Serialize),
            localized: BTreeSet::new(),
        }
    }

    /// The schema of a type that is taken and answered alike.
    pub(crate) fn of<T: JsonSchema>(&mut self) -> Value {
        self.bodies.subschema_for::<T>().to_value()
    }

    /// The body that the route takes.
    pub(crate) fn body(&mut self, route: &Route) -> Option<Value> {
        route.body.schema(&mut self.bodies).map(schemars::Schema::to_value)
    }

    /// The body that the route answers.
    pub(crate) fn reply(&mut self, route: &Route) -> Option<Value> {
        let schema = route.reply.schema(&mut self.replies)?.to_value();
        // The members of the resource itself are put into one language, and of each one on a page; no deeper.
        let resource = self.item(&schema).unwrap_or_else(|| schema.clone());
        self.localized.extend(name(&resource).map(str::to_owned));
        Some(schema)
    }

    /// Whether the reply carries a version of its own, and so an ETag.
    pub(crate) fn has_version(&self, schema: &Value) -> bool {
        self.properties(schema).is_some_and(|properties| properties.contains_key("version"))
    }

    /// What a page is of.
    fn item(&self, schema: &Value) -> Option<Value> {
        let properties = self.properties(schema)?;
        properties.get("next_cursor")?;
        properties.get("data")?.get("items").cloned()
    }

    fn properties(&self, schema: &Value) -> Option<&Map<String, Value>> {
        self.replies.definitions().get(name(schema)?)?.get("properties")?.as_object()
    }

    /// Every schema with a name, and sentences about names that stand for two.
    pub(crate) fn finish(mut self) -> (BTreeMap<String, Value>, Vec<String>) {
        let mut all: BTreeMap<String, Value> =
            self.replies.take_definitions(true).into_iter().collect();
        for name in &self.localized {
            let properties = all.get_mut(name).and_then(|schema| schema.get_mut("properties"));
            let properties = properties.and_then(Value::as_object_mut);
            properties.into_iter().flat_map(Map::values_mut).for_each(in_one_language);
        }
        let mut clashes = Vec::new();
        for (name, schema) in self.bodies.take_definitions(true) {
            match all.get(&name) {
                Some(other) if *other != schema => clashes.push(format!(
                    "the schema {name}: what is taken differs from what is answered; \
                     give one of them #[schemars(rename = \"…\")]"
                )),
                Some(_) => {}
                None => {
                    all.insert(name, schema);
                }
            }
        }
        // schemars numbers the second type of a name; a third one comes never without a second.
        for name in all.keys() {
            if let Some(first) = name.strip_suffix('2').filter(|first| all.contains_key(*first)) {
                clashes.push(format!(
                    "the schema {first}: two types have this name; give one of them #[schemars(rename = \"…\")]"
                ));
            }
        }
        (all, clashes)
    }
}

/// The name that a schema refers to.
fn name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(PLACE)
}

/// A LocalizedText member is answered as a string in the reader's language, or as it is with `?localize=all`.
fn in_one_language(property: &mut Value) {
    let is_localized = |schema: &Value| {
        name(schema).is_some_and(|name| {
            name.strip_prefix("LocalizedText")
                .is_some_and(|max| max.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    let text = json!({ "type": "string" });
    if is_localized(property) {
        let reference = json!({ "$ref": property["$ref"] });
        let Some(members) = property.as_object_mut() else { return };
        members.remove("$ref");
        members.insert("oneOf".to_owned(), json!([text, reference]));
    } else if let Some(choices) = property.get_mut("anyOf").and_then(Value::as_array_mut)
        && let Some(place) = choices.iter().position(is_localized)
    {
        choices.insert(place, text);
    }
}
