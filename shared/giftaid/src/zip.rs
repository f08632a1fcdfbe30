//! A ZIP archive of a few small files (APPNOTE 6.3.3), enough for an OpenDocument file.
//!
//! Not for anything larger: no ZIP64, no directories, no encryption. Every file has the same date, so that the same content
//! makes the same bytes.

use miniz_oxide::deflate::compress_to_vec;

/// A file of the archive.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// As it is.
    Stored(&'a str, &'a [u8]),
    /// Compressed.
    Deflated(&'a str, &'a [u8]),
}

/// 1980-01-01, the first day that the format knows.
const DOS_DATE: u16 = 0b0000_0000_0010_0001;

/// Writes the archive, files in the order given.
pub(crate) fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = out.len();
        let (name, plain, packed, method) = match *entry {
            Entry::Stored(name, data) => (name, data, data.to_vec(), 0u16),
            Entry::Deflated(name, data) => (name, data, compress_to_vec(data, 9), 8),
        };
        let mut common = Vec::with_capacity(26);
        for field in [20u16, 0, method, 0, DOS_DATE] {
            common.extend(field.to_le_bytes());
        }
        for field in [crc32(plain), small(packed.len()), small(plain.len()), small(name.len())] {
            common.extend(field.to_le_bytes());
        }
        out.extend(b"PK\x03\x04");
        // The length of the name is followed by that of an extra field, which is empty: together the four bytes above.
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(20u16.to_le_bytes());
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(small(offset).to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (small(out.len()), u16::try_from(entries.len()).expect("a few files"));
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(small(directory.len()).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("a schedule is far below 4 GB")
}

/// CRC-32 as in ISO 3309, a bit at a time: a schedule has some hundred kilobytes.
pub(crate) fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
        crc
    })
}
