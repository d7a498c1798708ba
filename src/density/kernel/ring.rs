//! The last rows of one level, in a ring of buffers that is smaller than the picture.

/// Values in a cache line.
const LINE: usize = 16;

/// The last `slots` rows of a level; column 0 of the ring is column `left` of the picture, which may lie outside of it.
pub(super) struct Ring {
    data: Vec<f32>,
    offset: usize,
    stride: usize,
    slots: usize,
    /// Column of the picture that lies first in each row.
    pub left: i64,
    /// First valid column of the ring, less than a cache line.
    pub lead: usize,
    /// Valid columns end here.
    pub end: usize,
    /// Rows that have been written: `0..front`.
    front: usize,
    /// The last row up to `front` that lies in the first slot: places are found without a division.
    turn: usize,
}

impl Ring {
    /// An empty ring for the columns `from - halo .. to + halo` of the picture, that uses `data`'s memory. Column `from` of all rings of
    /// a strip starts a cache line.
    pub fn new(mut data: Vec<f32>, slots: usize, halo: usize, from: usize, to: usize) -> Self {
        let before = halo.next_multiple_of(LINE);
        let (lead, end) = (before - halo, before + to - from + halo);
        // Room for the tiles' and vectors' last incomplete steps. An odd number of lines keeps the rows' starts off multiples of 4096
        // bytes, which would all fall into the same few places of the cache.
        let stride = ((end + 3 * LINE).div_ceil(LINE) | 1) * LINE;
        let needed = slots * stride + LINE;
        if data.len() < needed {
            data.resize(needed, 0.0);
        }
        let offset = data.as_ptr().align_offset(64).min(LINE);
        Self { data, offset, stride, slots, left: from as i64 - before as i64, lead, end, front: 0, turn: 0 }
    }

    /// Gives the memory back.
    pub fn into_memory(self) -> Vec<f32> {
        self.data
    }

    /// Rows that have been written: `0..front`.
    #[inline(always)]
    pub fn front(&self) -> usize {
        self.front
    }

    /// Says that rows up to `front` have been written.
    pub fn advance(&mut self, front: usize) {
        self.front = front;
        while self.turn + self.slots <= front {
            self.turn += self.slots;
        }
    }

    /// Where row `y` starts: one of the last `slots`, or of the next band.
    #[inline(always)]
    fn start(&self, y: usize) -> usize {
        let slot = if y < self.turn { y + self.slots } else { y } - self.turn;
        let slot = if slot < self.slots { slot } else { slot - self.slots };
        self.offset + slot * self.stride
    }

    /// Row `y`, which is among the last `slots`, with the room behind it.
    #[inline(always)]
    pub fn row(&self, y: usize) -> &[f32] {
        debug_assert!(y < self.front && y + self.slots >= self.front, "row {y} of {} .. {}", self.front, self.slots);
        let start = self.start(y);
        &self.data[start..start + self.stride]
    }

    /// Row `y`, to be written.
    #[inline(always)]
    pub fn row_mut(&mut self, y: usize) -> &mut [f32] {
        let start = self.start(y);
        &mut self.data[start..start + self.stride]
    }
}

/// The index within `0..len` that lies at `i` when the samples are mirrored about the first and the last one, neither repeated.
#[inline(always)]
pub(super) fn mirrored(mut i: i64, len: usize) -> usize {
    let last = len as i64 - 1;
    if last == 0 {
        return 0;
    }
    loop {
        if i < 0 {
            i = -i;
        } else if i > last {
            i = 2 * last - i;
        } else {
            return i as usize;
        }
    }
}
