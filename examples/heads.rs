//! Temporary: renders training shards until `scalpmap phantom head` exists. MESH OUT_PREFIX SIZE CHUNK FIRST_SEED CHUNKS
use rayon::prelude::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let num = |i: usize| a[i].parse::<u64>().expect("a number");
    let mesh = scalpmap::phantom::head::HeadMesh::from_bytes(&std::fs::read(&a[1]).expect("mesh")).expect("mesh");
    let (size, chunk) = (num(3) as usize, num(4));
    for c in 0..num(6) {
        let first = num(5) + c * chunk;
        let pictures: Vec<_> = (first..first + chunk)
            .into_par_iter()
            .map(|s| scalpmap::phantom::head::draw(&mesh, s, size, size))
            .collect();
        let part = format!("{}{first:08}.npy.part", a[2]);
        std::fs::write(&part, scalpmap::phantom::head::training::npy(&pictures)).expect("write");
        std::fs::rename(&part, part.trim_end_matches(".part")).expect("rename");
    }
}
