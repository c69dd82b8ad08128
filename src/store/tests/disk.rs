//! A disk that can break: a layer of SQLite between the store and the operating system. It remembers what was written
//! and not yet synced, fails from a chosen operation on, and tells what a power cut would leave.
//!
//! It stands before all files that the tests of this crate open, and lets those pass untouched that lie in no folder which
//! a [`Disk`] watches. All unsafe code of the store's tests is in here: SQLite calls functions that it is given.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Once, Weak};
use std::{fs, ptr, slice};

use rusqlite::ffi;
use tokio::sync::watch;

/// What is wrong with a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no power, for ever.
    PowerCut,
    /// Nothing more fits.
    Full,
    /// Nothing can be written, and what was not synced when that failed is gone.
    Broken,
}

/// The files of a folder, watched from now on.
#[derive(Clone)]
pub struct Disk(Arc<Watched>);

struct Watched {
    folder: PathBuf,
    state: Mutex<State>,
    /// Whether the fault has shown itself.
    failed: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<PathBuf, File>,
    /// Writes, syncs and the like so far.
    operations: u64,
    /// From which operation on what is wrong.
    fault: Option<(u64, Fault)>,
}

/// What is known of a file.
#[derive(Debug, Clone, Default)]
struct File {
    /// What is on the disk for sure; `None` for no file.
    synced: Option<Vec<u8>>,
    /// What may or may not be.
    pending: Vec<Operation>,
}

#[derive(Debug, Clone)]
enum Operation {
    Write(usize, Vec<u8>),
    Truncate(usize),
    Delete,
}

impl Disk {
    /// Watches a folder.
    pub fn of(folder: &Path) -> Self {
        static BETWEEN: Once = Once::new();
        BETWEEN.call_once(step_between);
        let folder = folder.canonicalize().unwrap();
        let disk = Self(Arc::new(Watched { folder, state: Mutex::default(), failed: watch::Sender::new(false) }));
        disks().push(Arc::downgrade(&disk.0));
        disk
    }

    /// Fails from an operation on, counted from 1.
    pub fn fail_from(&self, operation: u64, fault: Fault) {
        self.state().fault = Some((operation, fault));
    }

    /// Fails from now on.
    pub fn fail(&self, fault: Fault) {
        let next = self.operations() + 1;
        self.fail_from(next, fault);
    }

    /// All is well again.
    pub fn mend(&self) {
        self.state().fault = None;
        self.0.failed.send_replace(false);
    }

    /// Waits until the fault has shown itself.
    pub async fn failed(&self) {
        self.0.failed.subscribe().wait_for(|failed| *failed).await.unwrap();
    }

    /// How many operations there were.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Whether something of a file has been written but not synced.
    pub fn owes(&self, file: &Path) -> bool {
        let file = self.0.folder.join(file.file_name().unwrap());
        self.state().files.get(&file).is_some_and(|file| !file.pending.is_empty())
    }

    /// What the files would be after a power cut, by name: of what was not synced, some is there and some is not.
    pub fn after_power_cut(&self, chance: &mut fastrand::Rng) -> Vec<(PathBuf, Vec<u8>)> {
        let state = self.state();
        let left = state.files.iter().filter_map(|(path, file)| Some((path, file.after_power_cut(chance)?)));
        left.map(|(path, bytes)| (path.file_name().unwrap().into(), bytes)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    /// Lets an operation through, or not; `failure` is how SQLite says that this one failed.
    fn operate(&self, path: &Path, failure: c_int, operation: Option<Operation>) -> Result<(), c_int> {
        let mut state = self.state();
        state.operations += 1;
        let fault = state.fault.filter(|(from, _)| state.operations >= *from).map(|(_, fault)| fault);
        self.0.failed.send_if_modified(|failed| fault.is_some() && !std::mem::replace(failed, true));
        let file = state.files.entry(path.to_owned()).or_default();
        match (fault, operation) {
            (Some(Fault::PowerCut), _) => Err(failure),
            (Some(Fault::Full), Some(Operation::Write(..))) => Err(ffi::SQLITE_FULL),
            (Some(Fault::Broken), Some(_)) => Err(failure),
            (Some(Fault::Broken), None) => {
                // This is what Linux does: it tries no second time, and says so only once.
                file.pending.clear();
                Err(failure)
            }
            (_, Some(operation)) => {
                file.pending.push(operation);
                Ok(())
            }
            (_, None) => {
                file.sync();
                Ok(())
            }
        }
    }

    fn has_power(&self) -> bool {
        let state = self.state();
        !state.fault.is_some_and(|(from, fault)| fault == Fault::PowerCut && state.operations >= from)
    }

    fn opened(&self, path: &Path) {
        let mut state = self.state();
        let file = state
            .files
            .entry(path.to_owned())
            .or_insert_with(|| File { synced: fs::read(path).ok(), pending: Vec::new() });
        if matches!(file.pending.last(), Some(Operation::Delete)) && !path.exists() {
            // What comes now is another file of that name.
            *file = File::default();
        }
    }
}

impl File {
    fn sync(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let synced = pending.iter().fold(self.synced.take(), |bytes, operation| operation.apply(bytes));
        self.synced = Some(synced.unwrap_or_default());
    }

    fn after_power_cut(&self, chance: &mut fastrand::Rng) -> Option<Vec<u8>> {
        self.pending.iter().fold(self.synced.clone(), |bytes, operation| match (chance.u8(0..3), operation) {
            (0, _) => bytes,
            (1, Operation::Write(at, written)) => {
                Operation::Write(*at, written[..chance.usize(0..=written.len())].to_vec()).apply(bytes)
            }
            _ => operation.apply(bytes),
        })
    }
}

impl Operation {
    fn apply(&self, bytes: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut bytes = bytes.unwrap_or_default();
        match self {
            Self::Delete => return None,
            Self::Truncate(length) => bytes.truncate(*length),
            Self::Write(at, written) => {
                bytes.resize(bytes.len().max(at + written.len()), 0);
                bytes[*at..at + written.len()].copy_from_slice(written);
            }
        }
        Some(bytes)
    }
}

fn disks() -> MutexGuard<'static, Vec<Weak<Watched>>> {
    static DISKS: Mutex<Vec<Weak<Watched>>> = Mutex::new(Vec::new());
    DISKS.lock().unwrap()
}

/// The disk that watches a file's folder.
fn disk_of(path: &Path) -> Option<Disk> {
    let mut disks = disks();
    disks.retain(|disk| disk.strong_count() > 0);
    disks.iter().filter_map(Weak::upgrade).find(|disk| path.parent() == Some(&disk.folder)).map(Disk)
}

/// A file as SQLite knows it. The file of the operating system's layer lies right behind it: SQLite sets aside as many
/// bytes for a file as the layer says.
#[repr(C)]
struct Between {
    base: ffi::sqlite3_file,
    /// From a `Box`; ours until the file is closed.
    about: *mut About,
}

struct About {
    disk: Disk,
    path: PathBuf,
}

/// Puts this layer before the one of the operating system, for good.
fn step_between() {
    // SAFETY: The layer of the operating system is never taken away. Ours is a copy of it, never freed, whose functions
    // are either its own, of which none but those replaced here looks at anything in the layer but `mxPathname`, or
    // ours; the room for a file is that for ours and its own.
    unsafe {
        let below = ffi::sqlite3_vfs_find(ptr::null());
        let mut layer = Box::new(*below);
        layer.pNext = ptr::null_mut();
        layer.zName = c"breakable".as_ptr();
        layer.szOsFile += size_of::<Between>() as c_int;
        layer.pAppData = below.cast();
        layer.xOpen = Some(open);
        layer.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::into_raw(layer), 1), ffi::SQLITE_OK);
    }
}

/// The layer below ours.
///
/// # Safety
/// `layer` is ours.
unsafe fn below(layer: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    // SAFETY: This is what `step_between` put there.
    unsafe { (*layer).pAppData.cast() }
}

/// A path that SQLite names; `None` where it wants a nameless file.
///
/// # Safety
/// `name` is null or ends with a zero.
unsafe fn named(name: *const c_char) -> Option<PathBuf> {
    // SAFETY: As above; the bytes are copied.
    (!name.is_null()).then(|| unsafe { OsStr::from_bytes(CStr::from_ptr(name).to_bytes()).into() })
}

unsafe extern "C" fn open(
    layer: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls this with our layer, a name that is null or ends with a zero, and room for our file and the
    // one below. What is not watched gets the file below itself, in the same room.
    unsafe {
        let below = below(layer);
        let Some(open) = (*below).xOpen else { return ffi::SQLITE_CANTOPEN };
        let Some((path, disk)) = named(name).and_then(|path| Some((path.clone(), disk_of(&path)?))) else {
            return open(below, name, file, flags, out_flags);
        };
        (*file).pMethods = ptr::null();
        if !disk.has_power() {
            return ffi::SQLITE_CANTOPEN;
        }
        disk.opened(&path);
        let opened = open(below, name, inner(file), flags, out_flags);
        if opened == ffi::SQLITE_OK {
            let about = Box::into_raw(Box::new(About { disk, path }));
            file.cast::<Between>().write(Between { base: ffi::sqlite3_file { pMethods: &METHODS }, about });
        }
        opened
    }
}

unsafe extern "C" fn delete(layer: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: SQLite calls this with our layer and a name that ends with a zero.
    unsafe {
        let below = below(layer);
        let Some(delete) = (*below).xDelete else { return ffi::SQLITE_IOERR_DELETE };
        if let Some((path, disk)) = named(name).and_then(|path| Some((path.clone(), disk_of(&path)?)))
            && path.exists()
            && let Err(failure) = disk.operate(&path, ffi::SQLITE_IOERR_DELETE, Some(Operation::Delete))
        {
            return failure;
        }
        delete(below, name, sync)
    }
}

/// The file below one of ours.
fn inner(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // Only computed, not looked at; there is room behind ours for the file below.
    file.cast::<Between>().wrapping_add(1).cast()
}

/// What is known of one of our files.
///
/// # Safety
/// `file` is one of ours, open, and stays so as long as the answer is used.
unsafe fn about<'a>(file: *mut ffi::sqlite3_file) -> &'a About {
    // SAFETY: `open` put a box there, which only `close` takes away.
    unsafe { &*(*file.cast::<Between>()).about }
}

/// Passes a call on to the file below. To be used on a file of ours that is open.
macro_rules! pass_on {
    ($method:ident($file:ident $(, $argument:expr)*), $missing:expr) => {{
        let inner = inner($file);
        match (*(*inner).pMethods).$method {
            Some(method) => method(inner $(, $argument)*),
            None => $missing,
        }
    }};
}

/// A method that asks nobody and is passed on as it is, unless there is no power.
macro_rules! passed_on {
    ($name:ident, $method:ident($($argument:ident: $type:ty),*), $failure:expr) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> c_int {
            // SAFETY: SQLite calls this with a file of ours that is open, and what the method below wants.
            unsafe {
                if !about(file).disk.has_power() {
                    return $failure;
                }
                pass_on!($method(file $(, $argument)*), $failure)
            }
        }
    };
}

passed_on!(read, xRead(into: *mut c_void, count: c_int, at: i64), ffi::SQLITE_IOERR_READ);
passed_on!(size, xFileSize(size: *mut i64), ffi::SQLITE_IOERR_FSTAT);
passed_on!(lock, xLock(level: c_int), ffi::SQLITE_IOERR_LOCK);
passed_on!(is_reserved, xCheckReservedLock(answer: *mut c_int), ffi::SQLITE_IOERR_CHECKRESERVEDLOCK);
passed_on!(control, xFileControl(what: c_int, argument: *mut c_void), ffi::SQLITE_NOTFOUND);
passed_on!(map, xShmMap(page: c_int, size: c_int, extend: c_int, to: *mut *mut c_void), ffi::SQLITE_IOERR_SHMMAP);
passed_on!(lock_map, xShmLock(offset: c_int, count: c_int, flags: c_int), ffi::SQLITE_IOERR_SHMLOCK);

// SAFETY of all that follow: SQLite calls them with a file of ours that is open, and with what the method below wants.

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe {
        drop(Box::from_raw((*file.cast::<Between>()).about));
        pass_on!(xClose(file), ffi::SQLITE_OK)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, count: c_int, at: i64) -> c_int {
    unsafe {
        let written = slice::from_raw_parts(bytes.cast::<u8>(), count as usize).to_vec();
        operate(file, ffi::SQLITE_IOERR_WRITE, Some(Operation::Write(at as usize, written)))
            .unwrap_or_else(|| pass_on!(xWrite(file, bytes, count, at), ffi::SQLITE_IOERR_WRITE))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    unsafe {
        operate(file, ffi::SQLITE_IOERR_TRUNCATE, Some(Operation::Truncate(length as usize)))
            .unwrap_or_else(|| pass_on!(xTruncate(file, length), ffi::SQLITE_IOERR_TRUNCATE))
    }
}

/// Nothing is really synced: these disks are short-lived, and what counts is what would be on them.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    unsafe { operate(file, ffi::SQLITE_IOERR_FSYNC, None).unwrap_or(ffi::SQLITE_OK) }
}

/// How an operation failed, if it did.
unsafe fn operate(file: *mut ffi::sqlite3_file, failure: c_int, operation: Option<Operation>) -> Option<c_int> {
    let about = unsafe { about(file) };
    about.disk.operate(&about.path, failure, operation).err()
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    unsafe { pass_on!(xUnlock(file, level), ffi::SQLITE_OK) }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe { pass_on!(xSectorSize(file), 4_096) }
}

unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe { pass_on!(xDeviceCharacteristics(file), 0) }
}

unsafe extern "C" fn barrier(file: *mut ffi::sqlite3_file) {
    unsafe { pass_on!(xShmBarrier(file), ()) }
}

unsafe extern "C" fn unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    unsafe { pass_on!(xShmUnmap(file, delete), ffi::SQLITE_OK) }
}

/// Of version 2, without mapping of the file itself, which would pass us by.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(map),
    xShmLock: Some(lock_map),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unmap),
    xFetch: None,
    xUnfetch: None,
};
