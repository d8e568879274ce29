// Counts what the rig counts: one line for each check, with everything that is wrong, and the sum at the end.
namespace RsrPlugins.WindowHost;

/// <summary>Checks, their lines, and their sum.</summary>
internal sealed class Checks(TextWriter output)
{
    private int _passed;
    private int _failed;

    /// <summary>Lines of what went wrong.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>One check: no problem is a pass. What it throws is a problem.</summary>
    public void Check(string name, Func<IEnumerable<string>> problems)
    {
        List<string> found;
        try
        {
            found = [.. problems()];
        }
        catch (Exception exception)
        {
            found = [exception.ToString()];
        }

        if (found.Count == 0)
        {
            _passed++;
            output.WriteLine($"ok      {name}");
        }
        else
        {
            _failed++;
            output.WriteLine($"FAILED  {name}");
            foreach (string problem in found)
            {
                Failures.Add($"{name}: {problem}");
                output.WriteLine($"        {problem}");
            }
        }

        output.Flush();
    }

    /// <summary>Writes the sum.</summary>
    /// <returns>The exit code.</returns>
    public int Close()
    {
        output.WriteLine($"{_passed} passed, {_failed} failed, 0 skipped");
        output.Flush();
        return _failed == 0 ? 0 : 1;
    }
}
