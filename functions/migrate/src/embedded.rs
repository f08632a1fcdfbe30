//! The migrations of the build, packed by build.rs.

use db::Domain;
use migrate::Directory;
use miniz_oxide::inflate::decompress_to_vec;

fn packed(domain: Domain) -> &'static [u8] {
    match domain {
        Domain::Platform => include_bytes!(concat!(env!("OUT_DIR"), "/platform")),
        Domain::Projects => include_bytes!(concat!(env!("OUT_DIR"), "/projects")),
        Domain::Finance => include_bytes!(concat!(env!("OUT_DIR"), "/finance")),
        Domain::Content => include_bytes!(concat!(env!("OUT_DIR"), "/content")),
    }
}

/// The migrations of a domain, as they were committed when this was built.
pub fn directory(domain: Domain) -> Directory {
    let bytes = decompress_to_vec(packed(domain)).expect("packed by build.rs");
    let (mut files, mut sum) = (Vec::new(), None);
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let name = line(&mut rest);
        let length: usize = line(&mut rest).parse().expect("packed by build.rs");
        let (file, after) = rest.split_at(length);
        rest = after;
        if name == "atlas.sum" {
            sum = Some(String::from_utf8_lossy(file).into_owned());
        } else {
            files.push((name, file.to_vec()));
        }
    }
    Directory::new(files, sum)
}

/// The text up to the next line end, which is passed over.
fn line(rest: &mut &[u8]) -> String {
    let end = rest.iter().position(|byte| *byte == b'\n').expect("packed by build.rs");
    let (line, after) = rest.split_at(end);
    *rest = &after[1..];
    String::from_utf8_lossy(line).into_owned()
}
