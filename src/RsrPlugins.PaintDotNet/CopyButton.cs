// Paint.NET tells an effect neither that a button was pressed nor which render is the last one: a button is a number that grows,
// and the number comes again with every preview, with the final render and with Effects > Repeat. So what has been seen is
// remembered for the process: the first number after the dialog has opened is where counting starts, and only a larger one is a
// press.
namespace RsrPlugins.PaintDotNet;

/// <summary>Tells presses of a button, such as "Copy to clipboard", from numbers seen before. Thread-safe.</summary>
internal sealed class CopyButton
{
    private readonly Lock _lock = new();
    private int? _seen;

    /// <summary>A dialog opens; its first render may bring a number kept from an earlier one.</summary>
    public void DialogOpens()
    {
        lock (_lock)
        {
            _seen = null;
        }
    }

    /// <summary>Whether this number stands for a press that has not been answered yet.</summary>
    public bool IsPressed(int count)
    {
        lock (_lock)
        {
            if (_seen is null || count < _seen)
            {
                _seen = count;
            }

            return count > _seen;
        }
    }

    /// <summary>The press is answered: the clipboard or the file has the picture, or the user has been told why not.</summary>
    public void Answered(int count)
    {
        lock (_lock)
        {
            _seen = Math.Max(_seen ?? count, count);
        }
    }
}
