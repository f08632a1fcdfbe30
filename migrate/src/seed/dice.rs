//! Chance that falls the same way on every machine.

/// A row of numbers that belongs to one made-up thing, whatever else is made up before it.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of the `n`-th thing of a kind.
    pub(super) fn of(kind: &str, n: u32) -> Dice {
        let seed = kind.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Dice(seed ^ u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// SplitMix64: all bits of what it gives are good, from any start.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `below` - 1; 0 if there is nothing to choose from.
    pub(super) fn below(&mut self, below: u32) -> u32 {
        // The upper half of the product of 32 bits: less than `below`.
        (((self.next() >> 32) * u64::from(below)) >> 32) as u32
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(u32::try_from(from.len()).unwrap_or(u32::MAX)) as usize]
    }
}
