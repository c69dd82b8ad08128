//! A file that is written beside its place and put there once it is whole, so that nobody finds half of it. One that is
//! given up leaves no trace, and what stood in its place stays.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written.
#[derive(Debug)]
pub struct Draft {
    file: File,
    moves: Option<Moves>,
}

/// From where to where a draft goes.
#[derive(Debug)]
struct Moves {
    from: PathBuf,
    to: PathBuf,
}

impl Draft {
    /// Begins the file that is to stand at `place`. Devices and pipes have no beside, so they are written as they are.
    pub fn begin(place: &Path) -> io::Result<Self> {
        // Where a link leads, so that the link stays one.
        let to = place.canonicalize().unwrap_or_else(|_| place.to_owned());
        if to.exists() && !to.is_file() {
            return Ok(Self { file: File::options().write(true).open(&to)?, moves: None });
        }
        let from = beside(&to);
        let draft = Self { file: File::create(&from)?, moves: Some(Moves { from, to: to.clone() }) };
        match fs::metadata(&to) {
            Ok(old) if old.permissions().readonly() => Err(io::ErrorKind::PermissionDenied.into()),
            // Who could read the old file, and nobody else, can read the new one.
            Ok(old) => draft.file.set_permissions(old.permissions()).map(|()| draft),
            Err(_) => Ok(draft),
        }
    }

    /// What to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Puts the file in its place.
    pub fn put_in_place(mut self) -> io::Result<()> {
        let Some(moves) = &self.moves else { return Ok(()) };
        self.file.sync_all()?;
        fs::rename(&moves.from, &moves.to)?;
        self.moves = None;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(moves) = &self.moves {
            // Should it not go, it is at least not taken for the whole.
            _ = fs::remove_file(&moves.from);
        }
    }
}

/// A name in the same folder that is this process's own.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".part-{}", std::process::id()));
    name.into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn write(place: &Path) -> io::Result<Draft> {
        let draft = Draft::begin(place)?;
        draft.file().write_all(b"new")?;
        Ok(draft)
    }

    #[test]
    fn what_is_whole_takes_its_place_and_what_is_not_goes() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.csv");
        drop(write(&place).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let draft = write(&place).unwrap();
        assert!(!place.exists());
        draft.put_in_place().unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay_and_devices_are_no_files() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (place, link) = (folder.path().join("a.csv"), folder.path().join("link.csv"));
        fs::write(&place, "old").unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&place, &link).unwrap();
        write(&link).unwrap().put_in_place().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o640);
        write(Path::new("/dev/null")).unwrap().put_in_place().unwrap();
        assert!(!Path::new("/dev/null").is_file());
        fs::set_permissions(&place, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(write(&place).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}
