//! Photos in parallel, results in order.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use super::{Done, Failure, Job, Outcome, Settings, Turn, visit, write};
use crate::photo::{self, Limits, Photo};
use crate::report::json::Timing;
use crate::report::{caliber, json, overlay, pdf, png, preview};
use crate::segmentation::orientation::quarter_turns;
use crate::view::View;
use crate::{Analysis, analyze_observed};

/// Analyses all jobs and calls `deliver` once for each, in their order, while later ones still run.
///
/// At most `threads` photos are in memory at a time. With fewer photos than threads the threads are shared out among the photos.
/// Each photo has threads of its own, so that one that waits for its tiles never takes up another photo.
pub fn run(jobs: &[Job], settings: &Settings, mut deliver: impl FnMut(Outcome)) {
    let threads = settings.threads.max(1);
    let workers = threads.min(jobs.len());
    let next = AtomicUsize::new(0);
    // One place in the channel: results wait with their worker, not in a heap, when the reader is slow.
    let (send, receive) = mpsc::sync_channel(1);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (send, next) = (send.clone(), &next);
            let share = threads / workers + usize::from(worker < threads % workers);
            scope.spawn(move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(share).build();
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(i) else { break };
                    let result = match &pool {
                        Ok(pool) => pool.install(|| guarded(job, settings)),
                        Err(_) => guarded(job, settings),
                    };
                    if send.send((i, Outcome { job: job.clone(), result })).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (i, outcome) in receive {
            waiting.insert(i, outcome);
            while let Some(outcome) = waiting.remove(&due) {
                deliver(outcome);
                due += 1;
            }
        }
    });
}

/// A defect in a stage costs its photo, never the batch.
fn guarded(job: &Job, settings: &Settings) -> Result<Done, Failure> {
    catch_unwind(AssertUnwindSafe(|| one(job, settings))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Failure::Defect(text.unwrap_or("no message").to_owned()))
    })
}

fn one(job: &Job, settings: &Settings) -> Result<Done, Failure> {
    let mut clock = Clock::default();
    clock.begin("read");
    let bytes = read(&job.path, &settings.limits)?;
    let named = |ending: &str| OsString::from_iter([job.stem.as_os_str(), OsStr::new(ending)]);
    if let Some(out) = settings.out.as_ref().filter(|_| !settings.overwrite) {
        // Before the work, not after it.
        let json = out.join(named(".json"));
        if write::holds_another(&json, &write::sha256(&bytes)) {
            return Err(Failure::Occupied { name: named(".json").to_string_lossy().into_owned() });
        }
    }
    clock.begin("decode");
    let photo = photo::decode(&bytes, &settings.limits)?;
    drop(bytes);
    let mut options = settings.options.clone();
    if settings.visit {
        options.view = options.view.or_else(|| visit::view_named(&job.stem));
    }
    let photo = turned(photo, settings.turn, options.view);
    let analysis: Analysis = analyze_observed(&photo, &options, &mut |stage| clock.begin(stage))?;
    clock.begin("report");
    let file_name = job.path.file_name().unwrap_or_default().to_string_lossy();
    let mut document = json::document(&photo, &file_name, &analysis);
    let mut files = Vec::new();
    if let Some(out) = &settings.out {
        let mut save = |ending: &str, bytes: Vec<u8>| -> Result<(), Failure> {
            files.push(write::whole(out, &named(ending), &bytes).map_err(Failure::Write)?);
            Ok(())
        };
        if !settings.bare {
            save(".tissue.png", png::tissue(&analysis.segmentation.tissue)?)?;
            save(".coverage.png", png::coverage(&analysis.coverage.map)?)?;
            let overlay = overlay::draw(&photo, &analysis);
            save(".overlay.png", overlay.png()?)?;
            if let Some(calibers) = analysis.follicles.as_ref().and_then(caliber::Histogram::found) {
                save(".caliber.png", caliber::chart(&calibers).png()?)?;
            }
            if settings.pdf {
                save(".report.pdf", pdf::pdf(&document, &overlay)?)?;
            }
        }
        if settings.preview {
            clock.begin("preview");
            match analysis.preview(&photo, &settings.options) {
                Some(preview) => {
                    for stage in preview.stages() {
                        save(&preview::ending(stage), preview::png(&preview, stage)?)?;
                    }
                }
                None => document.warnings.push(preview::NONE.into()),
            }
        }
        if settings.timings {
            document.timings_s = Some(clock.end());
        }
        // Last, so that a photo with a JSON file has all its files.
        save(".json", (json::to_line(&document)? + "\n").into_bytes())?;
    }
    if settings.timings && document.timings_s.is_none() {
        document.timings_s = Some(clock.end());
    }
    let kept = settings.visit.then(|| Box::new(visit::Kept::of(&analysis)));
    Ok(Done { document, files, kept })
}

/// The photo as it is to be measured.
fn turned(photo: Photo, turn: Turn, view: Option<View>) -> Photo {
    match turn {
        Turn::Never | Turn::By(0) => photo,
        Turn::By(turns) => photo.turned(turns),
        Turn::Auto => match quarter_turns(&photo, view) {
            0 => photo,
            turns => {
                let mut photo = photo.turned(turns);
                photo.warnings.push(format!(
                    "The photo was turned clockwise by {} degrees, since the head seemed not to be upright; all points and pictures are \
                     of the turned photo. Without --turn auto it is left as it is.",
                    photo.turned_degrees
                ));
                photo
            }
        },
    }
}

/// Wall-clock time of the stages of one photo.
#[derive(Default)]
struct Clock {
    running: Option<(&'static str, Instant)>,
    stages: Vec<Timing>,
}

impl Clock {
    /// Ends the running stage and begins the next.
    fn begin(&mut self, stage: &'static str) {
        self.stop();
        tracing::debug!(stage, "begins");
        self.running = Some((stage, Instant::now()));
    }

    fn stop(&mut self) {
        if let Some((stage, since)) = self.running.take() {
            let seconds = since.elapsed().as_secs_f64();
            tracing::info!(stage, "took {:.1} ms", seconds * 1e3);
            self.stages.push(Timing { stage: stage.to_owned(), seconds: (seconds * 1e5).round() / 1e5 });
        }
    }

    /// All stages; a stage that ran twice appears twice.
    fn end(&mut self) -> Vec<Timing> {
        self.stop();
        std::mem::take(&mut self.stages)
    }
}

/// The file's bytes, within the limit even where the size is not known before (a pipe, a device).
fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    let limit = limits.mebibytes;
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let file = std::fs::File::open(path).map_err(Failure::Read)?;
    let size = file.metadata().map_err(Failure::Read)?.len();
    if mebibytes(size) > limit {
        return Err(Failure::FileTooLarge { mebibytes: mebibytes(size), limit });
    }
    let most = (limit * f64::from(1 << 20)) as u64;
    let mut bytes = Vec::with_capacity(size as usize);
    let read = file.take(most + 1).read_to_end(&mut bytes).map_err(Failure::Read)? as u64;
    if read > most {
        return Err(Failure::FileTooLarge { mebibytes: mebibytes(read), limit });
    }
    Ok(bytes)
}
