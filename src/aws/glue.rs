//! Glue: tables of its catalog.

use firehose::known::Known;
use serde::{Deserialize, Serialize};

use super::call::{Request, json};
use super::{Service, Session};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Name and type of its columns, without those of its partitions.
    pub columns: Vec<(String, String)>,
    /// Where its data is: `s3://lake/orders/`.
    pub location: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Input<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog_id: Option<&'a str>,
    database_name: &'a str,
    name: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    table: FoundTable,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FoundTable {
    name: String,
    storage_descriptor: Option<Storage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Storage {
    #[serde(default)]
    columns: Vec<Column>,
    location: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Column {
    name: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

impl Session {
    /// A table of a database, in the catalog of the caller's account unless another is
    /// named.
    pub async fn table(&self, catalog: Option<&str>, database: &str, table: &str) -> Known<Table> {
        let input = Input { catalog_id: catalog, database_name: database, name: table };
        let request = Request::json(Service::Glue, "GetTable", &input);
        let thing = format!("table `{database}.{table}`");
        let found = self.fact(request, "glue:GetTable", &thing, json::<Found>).await;
        found.map(|it| {
            let storage = it.table.storage_descriptor.unwrap_or_default();
            let column = |it: Column| (it.name, it.kind.unwrap_or_default());
            Table {
                name: it.table.name,
                columns: storage.columns.into_iter().map(column).collect(),
                location: storage.location,
            }
        })
    }
}
