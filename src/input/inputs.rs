//! Opens what the user points at, one input after the other.

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use walkdir::{DirEntry, FilterEntry, IntoIter, WalkDir};

use super::Source;
use super::object::ObjectVersion;
use super::{NOT_SAVED, Saver};
use crate::aws::{Arrived, Fetched, Found, Listed, Listing, Session};
use crate::error::Error;
use firehose::failure::{Choice, Left, LeftOut, Selection};

/// An input that can be read.
pub struct Input {
    /// Its name in messages and output.
    pub name: String,
    /// The object that it is, if it is one of S3.
    pub object: Option<ObjectVersion>,
    /// Its bytes.
    pub reader: Box<dyn Read + Send>,
    /// None of its bytes has to be waited for.
    pub is_here: bool,
}

/// What comes of the sources.
pub enum Next {
    /// An input.
    Input(Input),
    /// An input that cannot be had, and in a word why not, if others were to
    /// be counted with it.
    Unreadable(Error, Option<&'static str>),
    /// Something that the user should know.
    Notice(String),
    /// Inputs that were left out on purpose.
    LeftOut(LeftOut),
    /// Why nothing more comes.
    Failed(Error),
}

/// The inputs that some sources stand for: each file and object by itself.
/// Files below a folder and objects below a prefix are found while they are
/// read.
pub struct Inputs {
    sources: std::vec::IntoIter<Source>,
    current: Walk,
    selection: Selection,
    left_out: LeftOut,
    /// Objects of S3 that can hold no records of that time are left out.
    arrived: Arrived,
    session: Option<Arc<Session>>,
    saver: Option<Arc<Mutex<Saver>>>,
    listed: Arc<Listed>,
}

enum Walk {
    Nothing,
    Folder(Box<FolderWalk>),
    Bucket(Fetched),
}

/// A folder, and how many files were found in it.
struct FolderWalk {
    name: String,
    walk: FilterEntry<IntoIter, fn(&DirEntry) -> bool>,
    files: u64,
}

impl Inputs {
    /// Opens nothing yet.
    pub fn new(sources: &[Source]) -> Self {
        Self {
            sources: Vec::from(sources).into_iter(),
            current: Walk::Nothing,
            selection: Selection::default(),
            left_out: LeftOut::default(),
            arrived: Arrived::default(),
            session: None,
            saver: None,
            listed: Arc::default(),
        }
    }

    /// With this session for S3; see [`session_for`](super::session_for).
    #[must_use]
    pub fn with_session(mut self, session: Option<Arc<Session>>) -> Self {
        self.session = session;
        self
    }

    /// Only these of the files and objects that the user names.
    #[must_use]
    pub fn selected(self, selection: Selection) -> Self {
        Self { selection, ..self }
    }

    /// Without the objects of S3 that can hold no records of that time.
    #[must_use]
    pub fn arrived(self, arrived: Arrived) -> Self {
        Self { arrived, ..self }
    }

    /// Objects of S3 are copied here while they are read; whoever reads says at
    /// the end of each whether it is to be kept.
    #[must_use]
    pub fn copied(self, saver: Arc<Mutex<Saver>>) -> Self {
        Self { saver: Some(saver), ..self }
    }

    /// The objects of some listings, and nothing else.
    pub fn listed(listings: Vec<Listing>, session: &Session) -> Result<Self, Error> {
        let inputs = Self::new(&[]);
        let current = Walk::Bucket(Fetched::start(session, listings, &inputs.listed, true)?);
        Ok(Self { current, ..inputs })
    }

    /// How much there is to be read, if all of it is in S3.
    pub(crate) fn to_be_read(&self) -> Option<Arc<Listed>> {
        self.is_all_in_s3().then(|| Arc::clone(&self.listed))
    }

    /// True if all comes from S3 and nothing is decided at the end of an object. A
    /// pipe may have other readers.
    pub(super) fn may_be_read_ahead(&self) -> bool {
        self.saver.is_none() && self.is_all_in_s3()
    }

    /// True if what comes next, and all of it, has not to be waited for.
    pub(super) fn is_next_here(&self) -> bool {
        matches!(&self.current, Walk::Bucket(fetched) if fetched.is_next_here())
    }

    fn is_all_in_s3(&self) -> bool {
        let is_s3 = |source: &Source| matches!(source, Source::S3(_));
        let is_here = matches!(self.current, Walk::Nothing | Walk::Bucket(_));
        is_here && self.sources.as_slice().iter().all(is_s3)
    }

    fn begin(&mut self, source: &Source) -> Option<Next> {
        match source {
            Source::Path(path) if path.is_dir() => {
                // Links are not followed. What begins so is ours, and no input: the
                // beginning of an object that was being saved, and the list of them.
                let is_input: fn(&DirEntry) -> bool = |entry| {
                    entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".fh-")
                };
                let walk = WalkDir::new(path).sort_by_file_name().into_iter();
                let walk = walk.filter_entry(is_input);
                let folder = FolderWalk { name: source.name(), walk, files: 0 };
                self.current = Walk::Folder(Box::new(folder));
                None
            }
            Source::Stdin | Source::Text(_) => Some(open(source)),
            Source::Path(path) if is_empty_file(path) => Some(nothing_of(&source.name())),
            Source::Path(_) => self.file(source),
            Source::S3(location) => {
                let listing = Listing {
                    selection: self.selection.clone(),
                    arrived: self.arrived,
                    ..location.into()
                };
                let session = self.session.as_deref();
                let session = session.ok_or_else(|| Error::internal("no session for S3"));
                match session.and_then(|session| {
                    Fetched::start(
                        session,
                        vec![listing],
                        &self.listed,
                        self.sources.as_slice().is_empty(),
                    )
                }) {
                    Ok(fetched) => {
                        self.current = Walk::Bucket(fetched);
                        None
                    }
                    Err(error) => Some(Next::Failed(error)),
                }
            }
        }
    }

    /// Opens a file, unless its name shows another stream: a file that was saved
    /// from S3 has the name of its object. Other names are the user's own.
    fn file(&mut self, source: &Source) -> Option<Next> {
        if !self.selection.is_in_shard(&source.name()) {
            return None;
        }
        let by_name = Selection { only_failures: false, ..self.selection.clone() };
        match by_name.by_key(&source.name()) {
            Choice::Read | Choice::Look | Choice::Leave(Left::UnknownStream) => Some(open(source)),
            Choice::Leave(why) => {
                self.left_out.add(why);
                None
            }
        }
    }

    /// What was left out of all the inputs.
    fn finish(&mut self) -> Option<Next> {
        let left_out = std::mem::take(&mut self.left_out);
        (!left_out.is_empty()).then_some(Next::LeftOut(left_out))
    }
}

impl Iterator for Inputs {
    type Item = Next;

    fn next(&mut self) -> Option<Next> {
        loop {
            let next = match &mut self.current {
                Walk::Nothing => match self.sources.next() {
                    Some(source) => self.begin(&source),
                    None => return self.finish(),
                },
                Walk::Folder(folder) => match folder.walk.next() {
                    None => {
                        let empty = (folder.files == 0).then(|| nothing_in(&folder.name));
                        self.current = Walk::Nothing;
                        empty
                    }
                    Some(Ok(entry)) if entry.file_type().is_file() => {
                        folder.files += 1;
                        self.file(&Source::Path(entry.into_path()))
                    }
                    Some(Ok(_)) => None,
                    Some(Err(error)) => {
                        let name =
                            error.path().map_or_else(String::new, |it| it.display().to_string());
                        Some(Next::Unreadable(Error::unreadable(&name, error.into()), None))
                    }
                },
                Walk::Bucket(fetched) => match fetched.next() {
                    None => {
                        self.current = Walk::Nothing;
                        None
                    }
                    Some(found) => Some(self::found(found, self.saver.as_deref())),
                },
            };
            if next.is_some() {
                return next;
            }
        }
    }
}

/// An empty folder is no good news: it may be the wrong one, or what was to
/// fill it may have failed.
fn nothing_in(name: &str) -> Next {
    let error = Error::user(format!("no files in `{name}`"));
    Next::Unreadable(error.hint("check the name, and that the download into it succeeded"), None)
}

/// Nor is a file without a byte, where it is named by itself. A pipe may be empty.
fn nothing_of(name: &str) -> Next {
    let error = Error::user(format!("`{name}` is empty"));
    Next::Unreadable(error.hint("check the command that writes it"), None)
}

fn is_empty_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|it| it.is_file() && it.len() == 0)
}

fn open(source: &Source) -> Next {
    match source.open() {
        Ok(reader) => {
            Next::Input(Input { name: source.name(), object: None, reader, is_here: false })
        }
        Err(error) => Next::Unreadable(error, None),
    }
}

fn found(found: Found, saver: Option<&Mutex<Saver>>) -> Next {
    let is_here = found.is_here();
    match found {
        Found::Object(object, body) => {
            let name = object.to_string();
            let object = ObjectVersion {
                bucket: object.bucket,
                key: object.key,
                size: object.etag.as_ref().map(|_| object.size),
                etag: object.etag,
            };
            let mut reader: Box<dyn Read + Send> = Box::new(body);
            if let Some(saver) = saver {
                let saver = saver.lock().unwrap_or_else(PoisonError::into_inner);
                if let Err(error) = saver.begin(&object) {
                    return Next::Unreadable(error, Some(NOT_SAVED));
                }
                reader = saver.through(reader);
            }
            Next::Input(Input { name, object: Some(object), reader, is_here })
        }
        Found::Unreadable(_, gap) => {
            let word = gap.as_str();
            Next::Unreadable(gap.into_error().of_one_input(), Some(word))
        }
        Found::Notice(text) => Next::Notice(text),
        Found::LeftOut(left_out) => Next::LeftOut(left_out),
        Found::Failed(error) => Next::Failed(error),
    }
}
