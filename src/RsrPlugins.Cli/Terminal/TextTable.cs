// Tables on standard output: aligned columns without borders, so that they read well and still cut and grep well.
using Spectre.Console;

namespace RsrPlugins.Cli.Terminal;

internal static class TextTable
{
    // Redirected output has no width; a narrow default would break rows.
    private const int RedirectedWidth = 200;

    /// <summary>Writes rows under headers; columns whose header ends in '#' are numbers and stand at the right.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        Table table = new Table().Border(TableBorder.Simple);
        foreach (string header in headers)
        {
            TableColumn column = new TableColumn(Markup.Escape(header.TrimEnd('#'))).NoWrap();
            table.AddColumn(header.EndsWith('#') ? column.RightAligned() : column);
        }

        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow([.. row.Select(cell => new Markup(Markup.Escape(OneLine.Of(cell))))]);
        }

        console.Write(table);
    }
}
