// Explorer starts a program once for every selected file, all at the same time. One picture uses every core already, and twenty windows
// help nobody: so each waits for its turn without a window, and Cancel in the one that is shown is meant for all that wait.
namespace RsrPlugins.Explorer;

/// <summary>The right to work, among all programs of this kind in the user's session.</summary>
internal sealed class Turn : IDisposable
{
    private const string Prefix = @"Local\RsrPlugins.Enlarge.";
    private readonly Mutex _mutex = new(initiallyOwned: false, Prefix + "Turn");

    // Gone with the last program that has it open, so that the next selection begins anew.
    private readonly EventWaitHandle _cancelled = new(initialState: false, EventResetMode.ManualReset, Prefix + "Cancelled");

    private Turn() { }

    /// <summary>False if somebody has cancelled meanwhile.</summary>
    public bool IsMine { get; private set; }

    /// <summary>Waits until nobody else works.</summary>
    public static Turn Wait()
    {
        Turn turn = new Turn();
        try
        {
            turn.IsMine = WaitHandle.WaitAny([turn._cancelled, turn._mutex]) == 1;
        }
        catch (AbandonedMutexException)
        {
            // Whoever had it was ended from outside; what it held is a picture of its own.
            turn.IsMine = true;
        }

        return turn;
    }

    /// <summary>Those that wait give up. They are given a moment to hear it before this program ends.</summary>
    public void CancelOthers() => _cancelled.Set();

    public void Dispose()
    {
        if (IsMine)
        {
            _mutex.ReleaseMutex();
        }

        _mutex.Dispose();
        _cancelled.Dispose();
    }
}
