//! Everything that is tested from outside: one binary, a module a flow.

mod answering;
mod architecture;
mod bad_input;
mod console;
mod demo;
mod discord;
mod doctor;
mod encrypted;
mod endings;
mod fakes;
mod harness;
mod real_logs;
mod terminal;
mod upkeep;
mod whole_program;
