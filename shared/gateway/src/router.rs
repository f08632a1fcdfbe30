//! Which function takes a request.
use crate::{StartError, event::decode};

/// Routes, the most literal first.
#[derive(Debug, Default)]
pub(crate) struct Router {
    routes: Vec<Route>,
    default: Option<usize>,
}

#[derive(Debug, PartialEq, Eq)]
struct Route {
    /// None for every method.
    method: Option<String>,
    segments: Vec<Segment>,
    function: usize,
}

/// Literal sorts before parameter, which is the order of preference at the first difference.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// A function's index with the values of its path parameters, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) function: usize,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Router {
    /// `routes` are method and path in the order of the functions.
    pub(crate) fn new<'a>(
        routes: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Router, StartError> {
        let mut router = Router::default();
        for (function, (method, path)) in routes.enumerate() {
            if path == "$default" {
                if router.default.replace(function).is_some() {
                    return Err(StartError::Duplicate(path.into()));
                }
                continue;
            }
            let method = (method != "ANY").then(|| method.to_owned());
            let segments = segments(path)?;
            let same = |route: &Route| {
                route.method == method
                    && route.segments.len() == segments.len()
                    && route.segments.iter().zip(&segments).all(|(a, b)| a.takes_same_as(b))
            };
            if router.routes.iter().any(same) {
                return Err(StartError::Duplicate(path.into()));
            }
            router.routes.push(Route { method, segments, function });
        }
        router.routes.sort_by(|a, b| {
            a.segments.cmp(&b.segments).then_with(|| a.method.is_none().cmp(&b.method.is_none()))
        });
        Ok(router)
    }

    /// Finds the route for a path as it was sent.
    ///
    /// The path is split before it is decoded, so that `%2F` inside a parameter stays there.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Match> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let found = self.routes.iter().find_map(|route| {
            if route.method.as_deref().is_some_and(|wanted| wanted != method) {
                return None;
            }
            let parameters = route.parameters(&parts)?;
            Some(Match { function: route.function, parameters })
        });
        found.or_else(|| Some(Match { function: self.default?, parameters: Vec::new() }))
    }
}

impl Route {
    /// None if the path is not of this route.
    fn parameters(&self, parts: &[&str]) -> Option<Vec<(String, String)>> {
        if parts.len() != self.segments.len() {
            return None;
        }
        let mut parameters = Vec::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            let value = decode(part)?;
            match segment {
                Segment::Literal(literal) if *literal == value => {}
                Segment::Parameter(name) if !value.is_empty() => {
                    parameters.push((name.clone(), value));
                }
                _ => return None,
            }
        }
        Some(parameters)
    }
}

impl Segment {
    fn takes_same_as(&self, other: &Segment) -> bool {
        match (self, other) {
            (Segment::Literal(a), Segment::Literal(b)) => a == b,
            (Segment::Parameter(_), Segment::Parameter(_)) => true,
            _ => false,
        }
    }
}

fn segments(path: &str) -> Result<Vec<Segment>, StartError> {
    let wrong = || StartError::Path(path.into());
    let parts = path.strip_prefix('/').ok_or_else(wrong)?.split('/');
    parts
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) if !name.is_empty() && !name.contains(['+', '{', '}']) => {
                Ok(Segment::Parameter(name.into()))
            }
            None if !part.contains(['{', '}']) => Ok(Segment::Literal(part.into())),
            _ => Err(wrong()),
        })
        .collect()
}
