//! The table of currencies: ISO 4217 list one, as published by SIX (the maintenance agency) on 2026-01-01.
//!
//! <https://www.six-group.com/en/products-services/financial-information/data-standards.html>. To bring it up to date take
//! "List one (XML)" and sort its codes (`Ccy`) by their minor units (`CcyMnrUnts`); a code that has left the list stays
//! while a database holds amounts in it.

/// No minor unit below the major one.
const NO_DECIMALS: [&[u8; 3]; 17] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"UYI",
    b"VND", b"VUV", b"XAF", b"XOF", b"XPF",
];

/// Hundredths.
const TWO_DECIMALS: [&[u8; 3]; 139] = [
    b"AED", b"AFN", b"ALL", b"AMD", b"AOA", b"ARS", b"AUD", b"AWG", b"AZN", b"BAM", b"BBD", b"BDT",
    b"BMD", b"BND", b"BOB", b"BOV", b"BRL", b"BSD", b"BTN", b"BWP", b"BYN", b"BZD", b"CAD", b"CDF",
    b"CHE", b"CHF", b"CHW", b"CNY", b"COP", b"COU", b"CRC", b"CUP", b"CVE", b"CZK", b"DKK", b"DOP",
    b"DZD", b"EGP", b"ERN", b"ETB", b"EUR", b"FJD", b"FKP", b"GBP", b"GEL", b"GHS", b"GIP", b"GMD",
    b"GTQ", b"GYD", b"HKD", b"HNL", b"HTG", b"HUF", b"IDR", b"ILS", b"INR", b"IRR", b"JMD", b"KES",
    b"KGS", b"KHR", b"KPW", b"KYD", b"KZT", b"LAK", b"LBP", b"LKR", b"LRD", b"LSL", b"MAD", b"MDL",
    b"MGA", b"MKD", b"MMK", b"MNT", b"MOP", b"MRU", b"MUR", b"MVR", b"MWK", b"MXN", b"MXV", b"MYR",
    b"MZN", b"NAD", b"NGN", b"NIO", b"NOK", b"NPR", b"NZD", b"PAB", b"PEN", b"PGK", b"PHP", b"PKR",
    b"PLN", b"QAR", b"RON", b"RSD", b"RUB", b"SAR", b"SBD", b"SCR", b"SDG", b"SEK", b"SGD", b"SHP",
    b"SLE", b"SOS", b"SRD", b"SSP", b"STN", b"SVC", b"SYP", b"SZL", b"THB", b"TJS", b"TMT", b"TOP",
    b"TRY", b"TTD", b"TWD", b"TZS", b"UAH", b"USD", b"USN", b"UYU", b"UZS", b"VED", b"VES", b"WST",
    b"XAD", b"XCD", b"XCG", b"YER", b"ZAR", b"ZMW", b"ZWG",
];

/// Thousandths.
const THREE_DECIMALS: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];

/// Ten-thousandths.
const FOUR_DECIMALS: [&[u8; 3]; 2] = [b"CLF", b"UYW"];

/// Metals, units of account, testing and "no currency": their minor unit is "N.A.", so no amount can be written.
const NOT_APPLICABLE: [&[u8; 3]; 13] = [
    b"XAG", b"XAU", b"XBA", b"XBB", b"XBC", b"XBD", b"XDR", b"XPD", b"XPT", b"XSU", b"XTS", b"XUA",
    b"XXX",
];

/// Decimals and the codes that have them; each list is sorted for the search.
const BY_EXPONENT: [(u32, &[&[u8; 3]]); 4] =
    [(2, &TWO_DECIMALS), (0, &NO_DECIMALS), (3, &THREE_DECIMALS), (4, &FOUR_DECIMALS)];

/// The decimals of a code, None if it is not a currency with a minor unit.
pub(super) fn exponent(code: [u8; 3]) -> Option<u32> {
    let holds = |codes: &[&[u8; 3]]| codes.binary_search(&&code).is_ok();
    BY_EXPONENT.iter().find(|(_, codes)| holds(codes)).map(|(exponent, _)| *exponent)
}

/// Whether a code is in the standard but has no minor unit to count in.
pub(super) fn has_no_minor_unit(code: [u8; 3]) -> bool {
    NOT_APPLICABLE.contains(&&code)
}

/// Every code that has a minor unit.
pub(super) fn codes() -> impl Iterator<Item = [u8; 3]> {
    BY_EXPONENT.iter().flat_map(|(_, codes)| codes.iter().map(|code| **code))
}
