// What rsr says on standard error under --progress json: lines of JSON for programs, and errors for people.
using System.Text;
using System.Text.Json;

namespace RsrPlugins.Explorer;

/// <summary>Takes rsr's lines. Thread-safe.</summary>
internal sealed class RsrReport : TextWriter
{
    private const string Name = "rsr: ";
    private readonly Lock _lock = new();
    private readonly StringBuilder _line = new();
    private readonly List<string> _errors = [];
    private double _fraction;
    private bool _hasWorked;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Done of the picture, 0 to 1.</summary>
    public double Fraction => Volatile.Read(ref _fraction);

    /// <summary>Whether a picture was begun: else there was nothing to do.</summary>
    public bool HasWorked => Volatile.Read(ref _hasWorked);

    /// <summary>What went wrong, in a few lines for a person.</summary>
    public string Errors
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _errors.Take(5));
            }
        }
    }

    public override void Write(char value)
    {
        lock (_lock)
        {
            if (value != '\n')
            {
                _line.Append(value);
                return;
            }

            string line = _line.ToString().TrimEnd('\r');
            _line.Clear();
            Take(line);
        }
    }

    public override void Write(string? value)
    {
        lock (_lock)
        {
            foreach (char one in value ?? string.Empty)
            {
                Write(one);
            }
        }
    }

    private void Take(string line)
    {
        if (!line.StartsWith('{'))
        {
            if (line.Length > 0)
            {
                // What an option of the command line would do about it is of no use here.
                string text = line.StartsWith(Name, StringComparison.Ordinal) ? line[Name.Length..] : line;
                _errors.Add(text.Split("; --")[0]);
            }

            return;
        }

        using JsonDocument said = JsonDocument.Parse(line);
        switch (said.RootElement.GetProperty("event").GetString())
        {
            case "start":
                Volatile.Write(ref _hasWorked, true);
                break;
            case "progress":
                Volatile.Write(ref _fraction, said.RootElement.GetProperty("fraction").GetDouble());
                break;
        }
    }
}
