//! Which operation a method and an undecoded path name.
//!
//! Nothing is normalised: an empty segment, `.` and `..` name no operation, an encoded slash stays
//! inside its label, and a label is decoded once, after the match.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// Longest path that is looked at, bytes.
pub(crate) const PATH_BYTES_MAX: usize = 2048;

/// Method and path of an operation, as the `http` trait of its service model has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route {
    /// `GET`, `PUT`, `POST` or `DELETE`.
    pub(crate) method: &'static str,
    /// The path; a segment in braces is a label.
    pub(crate) path: &'static str,
}

impl Route {
    /// A route of this method.
    pub(crate) const fn get(path: &'static str) -> Self {
        Self {
            method: "GET",
            path,
        }
    }

    /// A route of this method.
    pub(crate) const fn put(path: &'static str) -> Self {
        Self {
            method: "PUT",
            path,
        }
    }

    /// A route of this method.
    pub(crate) const fn post(path: &'static str) -> Self {
        Self {
            method: "POST",
            path,
        }
    }

    /// A route of this method.
    pub(crate) const fn delete(path: &'static str) -> Self {
        Self {
            method: "DELETE",
            path,
        }
    }

    fn segments(self) -> impl Iterator<Item = Segment> {
        self.path.split('/').skip(1).map(|segment| {
            match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(label) => Segment::Label(label),
                None => Segment::Literal(segment),
            }
        })
    }

    /// The labels of `path` where it matches.
    fn labels(self, path: &str) -> Option<Labels> {
        let mut labels = Labels::new();
        let mut given = path.strip_prefix('/')?.split('/');
        for segment in self.segments() {
            let text = given.next()?;
            match segment {
                Segment::Literal(literal) if literal == text => {}
                Segment::Literal(_) => return None,
                Segment::Label(name) => {
                    if matches!(text, "" | "." | "..") {
                        return None;
                    }
                    labels.insert(name, decode(text)?);
                }
            }
        }
        given.next().is_none().then_some(labels)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment {
    Literal(&'static str),
    Label(&'static str),
}

/// Values of labels by name, decoded.
pub(crate) type Labels = BTreeMap<&'static str, String>;

/// All routes, by method and first segment.
pub(crate) struct Routes<T> {
    by_start: BTreeMap<(&'static str, &'static str), Vec<(Route, T)>>,
}

impl<T: Copy> Routes<T> {
    /// An index of these routes.
    pub(crate) fn new(routes: impl IntoIterator<Item = (Route, T)>) -> Self {
        let mut by_start: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (route, value) in routes {
            by_start
                .entry((route.method, first_segment(route.path)))
                .or_default()
                .push((route, value));
        }
        Self { by_start }
    }

    /// The route that `method` and the undecoded `path` name, with its labels.
    pub(crate) fn find<'p>(&'p self, method: &'p str, path: &'p str) -> Option<(T, Labels)> {
        if path.len() > PATH_BYTES_MAX {
            return None;
        }
        self.by_start
            .get(&(method, first_segment(path)))?
            .iter()
            .find_map(|(route, value)| Some((*value, route.labels(path)?)))
    }
}

fn first_segment(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}

/// Decodes once; refuses broken escapes and what is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let hexadecimal = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
        if byte == b'%' && !(hexadecimal(bytes.next()) && hexadecimal(bytes.next())) {
            return None;
        }
    }
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// The members of a query in their order, decoded once. `None` where an escape is broken.
pub(crate) fn parse_query(raw: &str) -> Option<Vec<(String, String)>> {
    raw.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

#[cfg(test)]
mod tests;
