//! Comments and privileges: facts about other facts.

use tokio_postgres::Row;

use super::{Reader, class};
use crate::facts::{Acl, Body, DefaultAcl, Id, Kind};

impl Reader {
    /// The object that a comment or privilege is about; none for members of extensions and parts that no statement names.
    fn subject(&self, class: i64, oid: i64, sub: i32) -> Option<Id> {
        if let Some(id) = self.exact.get(&(class, oid, sub)) {
            return Some(id.clone());
        }
        if class != class::RELATION {
            return None;
        }
        match sub {
            // A comment on an index of a constraint has no place.
            0 => self.identity.get(&oid).map(|(sequence, _)| sequence.clone()),
            sub => self.view_columns.get(&(oid, sub)).cloned(),
        }
    }

    pub(super) fn comments(&mut self, rows: &[Row]) {
        for row in rows {
            let Some(id) = self.subject(row.get(0), row.get(1), row.get(2)) else { continue };
            // An extension brings its own comment.
            if id.kind != Kind::Extension {
                let body = Body::Comment { text: row.get(3) };
                self.add(Id::of(Kind::Comment, id, ""), body, None);
            }
        }
    }

    pub(super) fn privileges(&mut self, rows: &[Row]) {
        for row in rows {
            let Some(id) = self.subject(row.get(0), row.get(1), row.get(2)) else { continue };
            let mut privileges: Vec<String> = row.get(4);
            privileges.sort();
            let grantee: &str = row.get(3);
            self.add(Id::of(Kind::Acl, id, grantee), Body::Acl(Acl { privileges }), None);
        }
    }

    pub(super) fn default_privileges(&mut self, rows: &[Row]) {
        for row in rows {
            let (role, schema): (String, Option<String>) = (row.get(0), row.get(1));
            let (object, grantee): (String, String) = (row.get(2), row.get(3));
            let (now, builtin): (Vec<String>, Vec<String>) = (row.get(4), row.get(5));
            let minus = |a: &[String], b: &[String]| -> Vec<String> {
                a.iter().filter(|privilege| !b.contains(privilege)).cloned().collect()
            };
            let place = schema.as_deref().unwrap_or("*");
            let id = Id::new(Kind::DefaultAcl, format!("{role} {place} {object} {grantee}"));
            let body = DefaultAcl {
                granted: minus(&now, &builtin),
                revoked: minus(&builtin, &now),
                role,
                schema: schema.clone(),
                object,
                grantee,
            };
            self.add(id.clone(), Body::DefaultAcl(body), None);
            if let (Some(schema), Some(fact)) = (schema, self.facts.get_mut(&id)) {
                let schema = Id::new(Kind::Schema, schema);
                fact.deps.insert(schema.clone());
                fact.parent = Some(schema);
            }
        }
    }
}
