//! Results as JSON, written while rows arrive.
use std::io;

use bytes::Bytes;
use fallible_iterator::FallibleIterator;
use hyper::StatusCode;
use postgres_protocol::message::backend::{DataRowBody, RowDescriptionBody};
use postgres_types::{Kind, Type};
use serde::Serialize;
use serde_json::Value;

use crate::{refusal::Refusal, request::Options};

/// The body of an answer in the making.
#[derive(Debug)]
pub(crate) struct Answer {
    json: Vec<u8>,
    columns: Vec<Column>,
    rows: usize,
    array_mode: bool,
    raw_text: bool,
    /// Whether the fields of the result in the making are written.
    open: bool,
    limit: usize,
}

#[derive(Debug)]
struct Column {
    /// As a JSON string.
    name: Vec<u8>,
    ty: Option<Type>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    #[serde(rename = "dataTypeID")]
    data_type: u32,
    #[serde(rename = "tableID")]
    table: u32,
    #[serde(rename = "columnID")]
    column: i16,
    #[serde(rename = "dataTypeSize")]
    size: i16,
    #[serde(rename = "dataTypeModifier")]
    modifier: i32,
    format: &'static str,
}

impl Answer {
    pub(crate) fn new(options: &Options, limit: usize) -> Answer {
        Answer {
            json: Vec::new(),
            columns: Vec::new(),
            rows: 0,
            array_mode: options.array_mode,
            raw_text: options.raw_text,
            open: false,
            limit,
        }
    }

    /// For statements whose results nobody asked for.
    pub(crate) fn unseen() -> Answer {
        Answer {
            json: Vec::new(),
            columns: Vec::new(),
            rows: 0,
            array_mode: true,
            raw_text: true,
            open: false,
            limit: usize::MAX,
        }
    }

    /// How rows are written unless a statement says otherwise.
    pub(crate) fn array_mode(&self) -> bool {
        self.array_mode
    }

    /// Text between results.
    pub(crate) fn push(&mut self, text: &str) {
        self.json.extend_from_slice(text.as_bytes());
    }

    /// A statement's result begins.
    pub(crate) fn begin(&mut self, array_mode: bool) {
        self.columns.clear();
        self.rows = 0;
        self.open = false;
        self.array_mode = array_mode;
    }

    /// Its columns.
    pub(crate) fn fields(&mut self, body: &RowDescriptionBody) -> io::Result<()> {
        self.push("{\"fields\":[");
        let mut fields = body.fields();
        while let Some(field) = fields.next()? {
            if !self.columns.is_empty() {
                self.push(",");
            }
            write(
                &mut self.json,
                &Field {
                    name: field.name(),
                    data_type: field.type_oid(),
                    table: field.table_oid(),
                    column: field.column_id(),
                    size: field.type_size(),
                    modifier: field.type_modifier(),
                    format: "text",
                },
            );
            let mut name = Vec::new();
            write(&mut name, field.name());
            self.columns.push(Column { name, ty: Type::from_oid(field.type_oid()) });
        }
        self.push("],\"rows\":[");
        self.open = true;
        Ok(())
    }

    /// One of its rows.
    pub(crate) fn row(&mut self, body: &DataRowBody) -> Result<(), Refusal> {
        if self.json.len() > self.limit {
            let message = format!("response is too large (max is {} bytes)", self.limit);
            return Err(Refusal::new(StatusCode::INSUFFICIENT_STORAGE, message));
        }
        if self.rows > 0 {
            self.json.push(b',');
        }
        self.rows += 1;
        let unreadable = || {
            let message = "could not parse postgres response";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message)
        };
        let (start, end) = if self.array_mode { (b'[', b']') } else { (b'{', b'}') };
        self.json.push(start);
        let mut ranges = body.ranges();
        for (at, column) in self.columns.iter().enumerate() {
            let range = ranges.next().ok().flatten().ok_or_else(unreadable)?;
            if at > 0 {
                self.json.push(b',');
            }
            if !self.array_mode {
                self.json.extend_from_slice(&column.name);
                self.json.push(b':');
            }
            let Some(range) = range else {
                self.json.extend_from_slice(b"null");
                continue;
            };
            let text = std::str::from_utf8(&body.buffer()[range]).map_err(|_| unreadable())?;
            match &column.ty {
                Some(ty) if !self.raw_text => {
                    parsed(&mut self.json, ty, text).ok_or_else(unreadable)?;
                }
                _ => write(&mut self.json, text),
            }
        }
        self.json.push(end);
        Ok(())
    }

    /// Its end: the command tag, empty for an empty statement.
    pub(crate) fn end(&mut self, tag: &str) {
        if !self.open {
            self.push("{\"fields\":[],\"rows\":[");
        }
        let mut words = tag.split(' ');
        let command = words.next().unwrap_or_default();
        let count = words.next_back().and_then(|count| count.parse::<u64>().ok());
        self.push("],\"command\":");
        write(&mut self.json, command);
        self.push(",\"rowCount\":");
        write(&mut self.json, &count);
        self.push(if self.array_mode { ",\"rowAsArray\":true}" } else { ",\"rowAsArray\":false}" });
    }

    pub(crate) fn finish(self) -> Bytes {
        self.json.into()
    }
}

fn write(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(json, value).expect("strings and numbers only");
}

/// A value as JSON where JSON has its like.
fn parsed(json: &mut Vec<u8>, ty: &Type, text: &str) -> Option<()> {
    if let Kind::Array(element) = ty.kind() {
        // The bounds say nothing that JSON could hold.
        let text = if text.starts_with('[') { text.split_once('=')?.1 } else { text };
        let rest = array(json, element, text.trim_start())?;
        return rest.is_empty().then_some(());
    }
    match *ty {
        Type::BOOL => write(json, &(text == "t")),
        Type::INT2 | Type::INT4 => write(json, &text.parse::<i32>().ok()?),
        Type::FLOAT4 | Type::FLOAT8 => match text.parse::<f64>().ok()? {
            number if number.is_finite() => write(json, &number),
            _ => write(json, text),
        },
        Type::JSON | Type::JSONB => json.extend_from_slice(text.as_bytes()),
        _ => write(json, text),
    }
    Some(())
}

/// One pair of braces; gives back what follows it.
fn array<'a>(json: &mut Vec<u8>, element: &Type, text: &'a str) -> Option<&'a str> {
    let mut text = text.strip_prefix('{')?.trim_start();
    json.push(b'[');
    if let Some(rest) = text.strip_prefix('}') {
        json.push(b']');
        return Some(rest.trim_start());
    }
    loop {
        if text.starts_with('{') {
            text = array(json, element, text)?;
        } else if let Some(quoted) = text.strip_prefix('"') {
            let (value, rest) = unquote(quoted)?;
            parsed(json, element, &value)?;
            text = rest.trim_start();
        } else {
            let (value, rest) = text.split_at(text.find([',', '}'])?);
            match value.trim_end() {
                "NULL" => write(json, &Value::Null),
                value => parsed(json, element, value)?,
            }
            text = rest;
        }
        if let Some(rest) = text.strip_prefix('}') {
            json.push(b']');
            return Some(rest.trim_start());
        }
        text = text.strip_prefix(',')?.trim_start();
        json.push(b',');
    }
}

/// Up to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}
