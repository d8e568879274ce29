// The progress window is the shell's own (IProgressDialog), the one people know from copying files: a bar, the time left, Cancel. It has
// a thread of its own, so it stays alive while this program computes.
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace RsrPlugins.Explorer;

/// <summary>A window with a bar and Cancel, from when it is made until it is disposed.</summary>
internal sealed partial class ProgressWindow : IDisposable
{
    private const uint InProcess = 1;
    private const uint EstimatesTime = 2;
    private const ulong Steps = 1000;
    private readonly IProgressDialog? _dialog;

    public ProgressWindow(string text)
    {
        Guid shell = new Guid("F8383852-FCD3-11D1-A6B9-006097DF5BD4");
        Guid wanted = typeof(IProgressDialog).GUID;
        // Without it (a Windows that lacks its shell) the picture is made all the same.
        if (CoCreateInstance(in shell, 0, InProcess, in wanted, out IProgressDialog? dialog) >= 0 && dialog is not null)
        {
            _dialog = dialog;
            _dialog.SetTitle(Message.Title);
            _dialog.SetLine(1, text, compactPath: false, 0);
            _dialog.SetCancelMsg("Stopping; no incomplete picture is left...", 0);
            _dialog.StartProgressDialog(0, 0, EstimatesTime, 0);
        }
    }

    /// <summary>Whether Cancel was pressed.</summary>
    public bool IsCancelled => _dialog?.HasUserCancelled() ?? false;

    /// <summary>Moves the bar.</summary>
    /// <param name="fraction">0 to 1.</param>
    public void Show(double fraction) => _dialog?.SetProgress64((ulong)(fraction * Steps), Steps);

    public void Dispose() => _dialog?.StopProgressDialog();

    [LibraryImport("ole32")]
    private static partial int CoCreateInstance(in Guid clsid, nint outer, uint context, in Guid iid, out IProgressDialog? created);

    /// <summary>Its methods in the order of shlobj_core.h.</summary>
    [GeneratedComInterface(StringMarshalling = StringMarshalling.Utf16)]
    [Guid("EBBC7C04-315E-11D2-B62F-006097DF5BD4")]
    internal partial interface IProgressDialog
    {
        void StartProgressDialog(nint parent, nint enableModeless, uint flags, nint reserved);

        void StopProgressDialog();

        void SetTitle(string title);

        void SetAnimation(nint instance, uint resource);

        // Not an HRESULT: the answer itself.
        [PreserveSig]
        [return: MarshalAs(UnmanagedType.Bool)]
        bool HasUserCancelled();

        void SetProgress(uint completed, uint total);

        void SetProgress64(ulong completed, ulong total);

        void SetLine(uint line, string text, [MarshalAs(UnmanagedType.Bool)] bool compactPath, nint reserved);

        void SetCancelMsg(string text, nint reserved);

        void Timer(uint action, nint reserved);
    }
}
