//! The statements of a pipelined transaction, as a tuple.
use crate::{Error, FromRow, Params, Row, Step, Value};

/// One to six [`Step`]s that [`Db::transaction`](crate::Db::transaction) sends together.
pub trait Steps {
    /// The rows of each step.
    type Rows;
    /// The statements with their parameters.
    fn values(&self) -> Vec<(&'static str, Vec<Value<'_>>)>;
    /// Reads what came back, in the same order.
    ///
    /// # Errors
    /// A column is missing or has another type.
    fn read(&self, rows: &[Vec<Row>]) -> Result<Self::Rows, Error>;
}

macro_rules! steps {
    ($($p:ident $r:ident $i:tt),*) => {
        impl<$($p: Params, $r: FromRow),*> Steps for ($(Step<$p, $r>,)*) {
            type Rows = ($(Vec<$r>,)*);
            fn values(&self) -> Vec<(&'static str, Vec<Value<'_>>)> {
                vec![$((self.$i.text, self.$i.params.values())),*]
            }
            fn read(&self, rows: &[Vec<Row>]) -> Result<Self::Rows, Error> {
                Ok(($(self.$i.read(&rows[$i])?,)*))
            }
        }
    };
}
steps!(P0 R0 0);
steps!(P0 R0 0, P1 R1 1);
steps!(P0 R0 0, P1 R1 1, P2 R2 2);
steps!(P0 R0 0, P1 R1 1, P2 R2 2, P3 R3 3);
steps!(P0 R0 0, P1 R1 1, P2 R2 2, P3 R3 3, P4 R4 4);
steps!(P0 R0 0, P1 R1 1, P2 R2 2, P3 R3 3, P4 R4 4, P5 R5 5);
