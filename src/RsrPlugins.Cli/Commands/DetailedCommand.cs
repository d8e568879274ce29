// A command that brings examples: most people read those and nothing else.
using System.CommandLine;

namespace RsrPlugins.Cli.Commands;

/// <param name="name">As typed.</param>
/// <param name="description">One line for the list of commands.</param>
/// <param name="details">Printed after the generated help: "Examples:" first, then what the options cannot say.</param>
internal sealed class DetailedCommand(string name, string description, string details) : Command(name, description)
{
    public string Details { get; } = details;
}
