//! `scalpmap rules`: prints, checks and explains the planner's rules.

use std::fmt::Write;

use super::End;
use super::args::RulesArgs;
use super::options;
use super::terminal::Terminal;
use crate::plan::facts::VOCABULARY;
use crate::plan::rules::{BUILT_IN, Outcome, Phase, Rule, Rules};

/// Runs the command.
pub fn run(args: &RulesArgs) -> End {
    let terminal = Terminal::new(0, true);
    if args.toml {
        terminal.out(BUILT_IN);
        return End::Fine;
    }
    let rules = match options::rules(args.rules.as_ref()) {
        Ok(rules) => rules.unwrap_or_else(Rules::built_in),
        Err(refused) => {
            terminal.error(&refused.problem, refused.remedy.as_deref(), Some(&refused.path));
            return End::Usage;
        }
    };
    let chosen: Vec<&Rule> =
        rules.rules.iter().filter(|r| args.ids.is_empty() || args.ids.iter().any(|id| r.id.starts_with(id))).collect();
    if chosen.is_empty() {
        terminal.error("no rule has an id that begins so", Some("`scalpmap rules` lists all."), None);
        return End::Usage;
    }
    let mut text = format!("Rules {}: {} rules, all right.\n", rules.version, rules.rules.len());
    for rule in chosen {
        explain(rule, &mut text);
    }
    if args.ids.is_empty() {
        text.push_str("\nParameters\n");
        for (name, parameter, value) in rules.parameters() {
            let _ = writeln!(text, "  {name} = {value} {}\n      {}", parameter.unit, parameter.source);
        }
        text.push_str("\nFacts that conditions may name\n");
        for (name, _, meaning) in VOCABULARY {
            let _ = writeln!(text, "  {name}: {meaning}");
        }
    }
    terminal.out(&text);
    End::Fine
}

fn explain(rule: &Rule, text: &mut String) {
    let when = rule.when.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let then = match rule.then {
        Outcome::Effect(effect) => format!("effect {effect:?}"),
        Outcome::Needle { code, pins_per_impression } => {
            format!("needle {}, {pins_per_impression} point(s) an impression", code.as_str())
        }
        Outcome::Sessions(low, high) => format!("{low} to {high} sessions"),
        Outcome::Advice(advice) => format!("{advice:?}").to_lowercase(),
        Outcome::Note => "note".to_owned(),
    };
    let how = match rule.phase {
        Phase::Effect | Phase::Needle => "first that holds decides",
        Phase::Sessions => "the largest that hold count",
        Phase::Advice | Phase::Technique => "told whenever it holds",
    };
    let when = if when.is_empty() { "always".to_owned() } else { format!("when {when}") };
    let _ = writeln!(
        text,
        "\n{} ({how})\n  {when}\n  then {then}\n  because {}\n  source: {}",
        rule.id, rule.reason, rule.source
    );
}
